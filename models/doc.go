// Package models holds the nouns of the property book: what an asset, a unit, a
// grant, a person and an event are, which states they may be in, and which
// values are acceptable. Models answer questions; they change nothing and know
// neither the store nor the web.
package models
