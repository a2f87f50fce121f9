// Package wiretest runs the contract of the store over a real wire: package mongo
// against an embedded server that speaks MongoDB's protocol, with a double of a replica
// set before it (package replica) that has transactions, on any machine and with nothing
// installed. It is a module of its own, so that the server and all
// that it needs stay out of the program.
package wiretest
