// Command quartermaster is the property book: the server, and the commands that
// an administrator runs beside it.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"quartermaster/models"
)

// version is set when a release is built.
var version = "development"

type commands struct {
	Serve      serve          `cmd:"" help:"Serve the book."`
	Demo       demo           `cmd:"" help:"Serve a book with a demo register, loaded when the store is empty."`
	Import     intake         `cmd:"" help:"Take the rows of a CSV file on charge, all or none."`
	User       user           `cmd:"" help:"Make somebody an administrator, or give them a new password."`
	NewKey     newKey         `cmd:"" help:"Have the ledger signed with a new key, when the old one may be known to others. Stop the server first."`
	ForgetApps forgettingApps `cmd:"" help:"Take the authenticator apps from everybody, when the key for secrets is lost. Stop the server first."`
	Backup     backingUp      `cmd:"" help:"Write the book into one file, as it is now, while it is in use."`
	Restore    restoring      `cmd:"" help:"Make a book of a backup, and check it against its ledger."`
	Migrate    migrating      `cmd:"" help:"Move a book that nobody serves to the other kind of store, or to another place."`
	Verify     verifying      `cmd:"" help:"Check a report, a backup, a book or a server against the ledger."`

	Version kong.VersionFlag `help:"Show the version."`
}

func main() {
	os.Exit(run(os.Args[1:], os.Environ()))
}

func run(args, environ []string) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("quartermaster"), kong.Vars{"version": version}, kong.UsageOnError(),
		kong.Description("The property book for donated equipment. Every flag can be set in the environment as it says."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return fail(err)
	}
	if err := knownSettings(parser.Model, environ); err != nil {
		return fail(err)
	}
	command, err := parser.Parse(args)
	if err != nil {
		return fail(err)
	}
	if err := command.Run(); err != nil {
		return fail(err)
	}
	return 0
}

// fail prints what is wrong, in the words that a page would use, and each of
// several matters on a line.
func fail(err error) int {
	fmt.Fprintln(os.Stderr, "quartermaster: "+err.Error())
	var refusal *models.Error
	if errors.As(err, &refusal) {
		for _, d := range refusal.Details {
			fmt.Fprintf(os.Stderr, "  line %d, %s: %s\n", d.Line, d.Field, d.Message)
		}
	}
	return 1
}

// knownSettings refuses a QM_ variable that no flag has: most likely it is
// mistyped, and what it was to set would silently stay as it is.
func knownSettings(app *kong.Application, environ []string) error {
	known := map[string]bool{}
	var collect func(*kong.Node)
	collect = func(n *kong.Node) {
		for _, f := range n.Flags {
			for _, name := range f.Envs {
				known[name] = true
			}
		}
		for _, child := range n.Children {
			collect(child)
		}
	}
	collect(app.Node)
	for _, setting := range environ {
		name, _, _ := strings.Cut(setting, "=")
		if strings.HasPrefix(name, "QM_") && !strings.HasPrefix(name, "QM_TEST_") && !known[name] {
			return fmt.Errorf("%s is no setting of this program; quartermaster serve --help lists them", name)
		}
	}
	return nil
}
