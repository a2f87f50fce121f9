package web

// stockOptions are the label stocks that a page offers.
var stockOptions []option
