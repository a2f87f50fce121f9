package labels

import (
	"strconv"
	"strings"
)

// Path draws the dark modules as the d of an SVG path, a module a unit, inside the quiet
// zone: its picture is Width units wide and high.
func (c *Code) Path() string {
	var d strings.Builder
	c.Runs(func(x, y, length int) {
		n := strconv.Itoa(length)
		d.WriteString("M" + strconv.Itoa(x+Quiet) + " " + strconv.Itoa(y+Quiet) + "h" + n + "v1h-" + n + "z")
	})
	return d.String()
}

// Width is the side of the code's picture with its quiet zone, in modules.
func (c *Code) Width() int { return c.Size + 2*Quiet }
