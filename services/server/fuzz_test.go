package server

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"quartermaster/services/limit"
)

// FuzzForwarded looks for a client whom a header makes of the server's own proxies, or of
// nothing.
func FuzzForwarded(f *testing.F) {
	for _, header := range []string{"192.0.2.7", "203.0.113.9, 192.0.2.7", "[2001:db8::7]:4711", "unknown, 10.1.2.3", ",,,", "::ffff:10.0.0.1", "fe80::1%eth0", " ", "10.0.0.1, "} {
		f.Add(header)
	}
	known := proxiesOf([]string{"10.0.0.0/8", "::1"})
	f.Fuzz(func(t *testing.T, header string) {
		at := netip.MustParseAddr("10.0.0.1")
		client := known.client(at, [][]byte{[]byte(header)})
		if !client.IsValid() || client.Zone() != "" || client.Is4In6() {
			t.Errorf("%q gives %v", header, client)
		}
		if client != at && !strings.Contains(header, ".") && !strings.Contains(header, ":") {
			t.Errorf("%q gives %v", header, client)
		}
		limit.Network(header)
	})
}

// FuzzGivenTwice holds it to what encoding/json makes of the same document.
func FuzzGivenTwice(f *testing.F) {
	for _, document := range []string{`{"a":1,"a":2}`, `{"a":{"a":1},"b":[{"a":1},{"a":2}]}`, `[[],{}]`, `{"a":[1,{"b":{}}],"b":null}`, `{"a":"a","b":"a"}`, `{`, `"x"`, `{"\u0061":1,"a":2}`} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		name, twice := givenTwice(document)
		if twice && !json.Valid(document) && len(document) == 0 {
			t.Errorf("%q of nothing", name)
		}
		var flat map[string]string
		if json.Unmarshal(document, &flat) == nil && !twice {
			if n := strings.Count(string(document), `":`); n < len(flat) {
				t.Errorf("%d names, %d are kept", n, len(flat))
			}
		}
		if again, err := json.Marshal(flat); err == nil {
			if name, twice := givenTwice(again); twice {
				t.Errorf("%q is twice in %s", name, again)
			}
		}
	})
}

// FuzzClass asks for the class of any address: guards count it, and nothing is free that
// is not the same for everybody.
func FuzzClass(f *testing.F) {
	for _, path := range []string{"/sign-in", "/SIGN-IN/", "/api/v1/Sessions", "/static/app.css", "/static/../sign-in", "/t/QM-1", "/reports/x/file", "/"} {
		f.Add("POST", path)
		f.Add("GET", path)
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		class := classOf(method, path)
		if _, counted := limit.Usual[class]; !counted && class != limit.Free {
			t.Errorf("%s %q: %q", method, path, class)
		}
		if class == limit.Free && method != "GET" && method != "HEAD" {
			t.Errorf("%s %q is free", method, path)
		}
	})
}

// FuzzOneFile reads forms with a file: what is taken is within its limits, and what is
// refused is refused in words.
func FuzzOneFile(f *testing.F) {
	const of = "multipart/form-data; boundary=x"
	f.Add(of, []byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../a.csv\"\r\n\r\na,b\r\n--x\r\nContent-Disposition: form-data; name=\"_token\"\r\n\r\nt\r\n--x--\r\n"))
	f.Add(of, []byte("--x\r\n\r\n--x--"))
	f.Add(of, []byte("--x\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n--x--"))
	f.Add("multipart/form-data", []byte("--\r\n\r\n----"))
	f.Add("text/csv", []byte("a,b\r\n"))
	f.Add("multipart/mixed; boundary=\"\"", []byte("--"))
	const most = 1 << 10
	app := fiber.New(fiber.Config{StreamRequestBody: true})
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		c := app.AcquireCtx(&fasthttp.RequestCtx{})
		defer app.ReleaseCtx(c)
		c.Request().Header.SetContentType(kind)
		c.Request().SetBody(body)
		upload, err := OneFile(c, most)
		if err != nil {
			if status, refusal := Refusal(err); status >= 500 || refusal.Message == "" {
				t.Errorf("%q: %v", kind, err)
			}
			return
		}
		if len(upload.Content) > len(body) || strings.ContainsAny(upload.Name, "/") {
			t.Errorf("%q of %d bytes, called %q", kind, len(upload.Content), upload.Name)
		}
	})
}
