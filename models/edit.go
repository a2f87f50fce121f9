package models

// Set puts an edit's value in a field, if the edit has one.
func Set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}
