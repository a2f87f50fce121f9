package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

//go:embed static
var staticFiles embed.FS

// staticFile is a file as it is served.
type staticFile struct {
	content []byte
	hash    string // of the content
	media   string
	packed  func() map[string][]byte // the content by its encoding, made when it is first asked for
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
	f := &staticFile{content: content, hash: hex.EncodeToString(sum[:6]), media: mime.TypeByExtension(path.Ext(name))}
	f.packed = sync.OnceValue(func() map[string][]byte { return packed(f) })
	return f
}

// packed is a file as small as it can be made: on a weak network the style sheet is what
// the first paint waits for, and it is made once. A picture is small already.
func packed(f *staticFile) map[string][]byte {
	if strings.HasSuffix(f.media, "/png") {
		return nil
	}
	return map[string][]byte{"br": fasthttp.AppendBrotliBytesLevel(nil, f.content, fasthttp.CompressBrotliBestCompression), "gzip": fasthttp.AppendGzipBytesLevel(nil, f.content, fasthttp.CompressBestCompression)}
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
	c.Vary(fiber.HeaderAcceptEncoding)
	for _, encoding := range []string{"br", "gzip"} { // the smaller first
		if small, ok := f.packed()[encoding]; ok && c.Get(fiber.HeaderAcceptEncoding) != "" && c.AcceptsEncodings(encoding) == encoding {
			c.Set(fiber.HeaderContentEncoding, encoding)
			return c.Send(small)
		}
	}
	return c.Send(f.content)
}
