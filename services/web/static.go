package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"path"
	"regexp"
	"slices"
	"sync"

	"github.com/gofiber/fiber/v2"
)

//go:embed static
var staticFiles embed.FS

// staticFile is a file as it is served.
type staticFile struct {
	content []byte
	hash    string // of the content
	media   string
}

// statics are the files of the folder static and the icons. Their addresses carry the
// hash of their content, so that browsers keep them for good and still get the new
// ones after an upgrade; a module that imports another does so by that address, too.
var statics = sync.OnceValue(func() map[string]*staticFile {
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	files := map[string]*staticFile{}
	for _, e := range entries {
		linked(files, e.Name())
	}
	for name, content := range icons() {
		files[name] = newStatic(name, content)
	}
	return files
})

var importsModule = regexp.MustCompile(`"\./([\w-]+\.js)"`)

// linked reads a file and those that it imports, which no two do of each other.
func linked(files map[string]*staticFile, name string) *staticFile {
	if f := files[name]; f != nil {
		return f
	}
	content, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		panic(err) // a module that is imported and is not there is a mistake in the program
	}
	if path.Ext(name) == ".js" {
		content = importsModule.ReplaceAllFunc(content, func(found []byte) []byte {
			imported := string(importsModule.FindSubmatch(found)[1])
			return []byte(`"/static/` + imported + "?" + linked(files, imported).hash + `"`)
		})
	}
	files[name] = newStatic(name, content)
	return files[name]
}

func newStatic(name string, content []byte) *staticFile {
	sum := sha256.Sum256(content)
	return &staticFile{content: content, hash: hex.EncodeToString(sum[:6]), media: mime.TypeByExtension(path.Ext(name))}
}

// asset is the address of a static file.
func asset(name string) string { return "/static/" + name + "?" + statics()[name].hash }

// addresses are those of all static files, in order.
func addresses() []string {
	var all []string
	for name := range statics() {
		all = append(all, asset(name))
	}
	slices.Sort(all)
	return all
}

func static(c *fiber.Ctx) error {
	f := statics()[c.Params("name")]
	if f == nil {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, f.media)
	c.Set(fiber.HeaderCacheControl, "no-cache")
	if string(c.Context().URI().QueryString()) == f.hash {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	return c.Send(f.content)
}
