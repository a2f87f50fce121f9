package main

import (
	"io"
	"testing"

	"github.com/alecthomas/kong"
)

// FuzzSettings gives the server settings that are mistyped: they are refused in words, and
// what is taken can be worked with.
func FuzzSettings(f *testing.F) {
	f.Add("limits", "writes=1200;exports=0")
	f.Add("limits", "all=-1")
	f.Add("trusted-proxies", "10.0.0.0/8,::1")
	f.Add("metrics-to", "127.0.0.1/99")
	f.Add("rises-after", "7,14,0")
	f.Add("time-zone", "../../etc/passwd")
	f.Add("session-idle", "-8h")
	f.Add("base-url", "https://x\x00")
	f.Add("listen", ":::1")
	f.Add("tag-prefix", "Q M")
	f.Add("jobs", "digest=@daily;x")
	f.Add("store", "mongodb://")
	f.Add("second-factor", "nobody")
	f.Fuzz(func(t *testing.T, name, value string) {
		if name == "help" || name == "version" {
			return
		}
		var c commands
		parser, err := kong.New(&c, kong.Vars{"version": version}, kong.Exit(func(int) {}), kong.Writers(io.Discard, io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse([]string{"serve", "--" + name + "=" + value}); err != nil {
			return
		}
		s := c.Serve.serving
		zone, err := s.check()
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		if zone == nil || s.base(s.Listen) == "" {
			t.Errorf("%s=%q is taken", name, value)
		}
		s.guard()
		s.risesAfter()
		_, _ = s.settings()
		_, _ = s.Backup.settings()
	})
}
