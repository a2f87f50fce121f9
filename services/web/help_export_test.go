package web

// HelpPictures are the names of the pictures that the help pages show.
func HelpPictures() []string {
	var names []string
	for role, list := range topics {
		for _, t := range list {
			if t.Picture != "" {
				names = append(names, string(role)+"-"+t.Picture)
			}
		}
	}
	return names
}
