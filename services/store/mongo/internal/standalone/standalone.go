// Package standalone lets the tests of package mongo, and nothing else, open a
// server that has neither transactions nor partial indexes.
package standalone

// Accepted makes Open take a standalone server. Commits of several documents are
// then not atomic there, and an index may hold documents that lack its first
// field. A test sets it before it opens a store.
var Accepted bool
