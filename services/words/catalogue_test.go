package words_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
	"unicode"

	"github.com/BurntSushi/toml"
)

var update = flag.Bool("update", false, "write en.toml anew, add what is new to the other catalogues, and take out what is not said any more")

// message is one that the program says; one is its form for a single thing, if it has one.
type message struct{ one, other string }

// TestCataloguesHaveWhatIsSaid reads every sentence of the code and the templates: each is
// in each catalogue with the same values, and nothing else is. Run it with -update after
// adding a sentence, then translate the empty ones.
func TestCataloguesHaveWhatIsSaid(t *testing.T) {
	said := sentences(t)
	files, err := filepath.Glob("*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		has := readCatalogue(t, file)
		if *update {
			writeCatalogue(t, file, said, has)
			has = readCatalogue(t, file)
		}
		for _, key := range slices.Sorted(maps.Keys(said)) {
			translation, there := has[key]
			switch {
			case !there:
				t.Errorf("%s lacks %q", file, key)
			case translation.other == "":
				t.Errorf("%s does not translate %q", file, key)
			case verbs(translation.other) != verbs(key), translation.one != "" && !fits(translation.one, key):
				t.Errorf("%s: %q has other values than %q", file, translation.other, key)
			case (said[key].one != "") != (translation.one != ""):
				t.Errorf("%s: %q wants the forms one and other, or neither", file, key)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(has)) {
			if _, there := said[key]; !there {
				t.Errorf("%s translates %q, which nobody says", file, key)
			}
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+0#]*[\d.]*([a-zA-Z%])`)

// verbs are the values that a sentence takes, in the order in which they are given.
func verbs(format string) string {
	var list []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		list = append(list, fmt.Sprint(next, m[2]))
		next++
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

// fits says whether the form for one takes no value that the other does not.
func fits(one, other string) bool {
	for _, v := range strings.Split(verbs(one), " ") {
		if v != "" && !strings.Contains(" "+verbs(other)+" ", " "+v+" ") {
			return false
		}
	}
	return true
}

// sentences are all that is said: the arguments of t and tn in templates, of say, Say,
// Refuse, Matter and Count in the code, and the words of states and kinds.
func sentences(t *testing.T) map[string]message {
	said := map[string]message{}
	note := func(one, other string) {
		if strings.Trim(other, " ·:,.%v") == "" && !strings.Contains(other, ",") {
			return
		}
		said[other] = message{cmp.Or(one, said[other].one), other}
	}
	for _, folder := range []string{"../../models", "../../services", "../../labels", "../../jobs"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case strings.HasSuffix(path, ".html"), strings.HasSuffix(path, ".txt") && strings.Contains(path, "/templates/"):
				inTemplate(t, path, note)
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "booktest") && !strings.Contains(path, "/store/") && !strings.Contains(path, "/backup") && !strings.Contains(path, "/server/server.go"):
				inCode(t, path, note)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	inReady(t, note)
	words := wordsOf(t, "../../models")
	for _, w := range append(words, wordsOf(t, "../titles")...) {
		note("", w)
	}
	return said
}

// inReady notes the texts of the ready-made categories: of what has a label, the label
// and its choices, of all else the name and what is told of it.
func inReady(t *testing.T, note func(one, other string)) {
	var file map[string]any
	if _, err := toml.DecodeFile("../starting/ready.toml", &file); err != nil {
		t.Fatal(err)
	}
	say := func(text string) {
		if strings.ContainsFunc(text, unicode.IsLower) { // sizes, bands and levels are the same everywhere
			note("", text)
		}
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []map[string]any:
			for _, each := range v {
				walk(each)
			}
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			name := "name"
			if _, labelled := v["label"]; labelled {
				name = "label"
			}
			for key, value := range v {
				switch text := value.(type) {
				case string:
					if slices.Contains([]string{name, "about", "class", "source", "measure", "storage"}, key) {
						say(text)
					}
				case []any:
					if key == "choices" || key == "checklist" {
						for _, each := range text {
							say(fmt.Sprint(each))
						}
						continue
					}
					walk(value)
				default:
					walk(value)
				}
			}
		}
	}
	walk(file)
}

func inTemplate(t *testing.T, path string, note func(one, other string)) {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tree := parse.New(path)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(content), "", "", trees); err != nil {
		t.Fatal(err)
	}
	var walk func(parse.Node)
	pipe := func(p *parse.PipeNode) {
		if p == nil {
			return
		}
		for _, c := range p.Cmds {
			walk(c)
		}
	}
	branch := func(b *parse.BranchNode) {
		pipe(b.Pipe)
		walk(b.List)
		if b.ElseList != nil {
			walk(b.ElseList)
		}
	}
	walk = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ListNode:
			if n != nil {
				for _, each := range n.Nodes {
					walk(each)
				}
			}
		case *parse.ActionNode:
			pipe(n.Pipe)
		case *parse.TemplateNode:
			pipe(n.Pipe)
		case *parse.IfNode:
			branch(&n.BranchNode)
		case *parse.WithNode:
			branch(&n.BranchNode)
		case *parse.RangeNode:
			branch(&n.BranchNode)
		case *parse.PipeNode:
			pipe(n)
		case *parse.CommandNode:
			if name, ok := n.Args[0].(*parse.IdentifierNode); ok {
				if name.Ident == "t" {
					note("", templateText(t, path, n.Args[1]))
				}
				if name.Ident == "tn" {
					note(templateText(t, path, n.Args[1]), templateText(t, path, n.Args[2]))
				}
			}
			for _, arg := range n.Args {
				walk(arg)
			}
		}
	}
	for _, each := range trees {
		walk(each.Root)
	}
}

func templateText(t *testing.T, path string, n parse.Node) string {
	text, ok := n.(*parse.StringNode)
	if !ok {
		t.Errorf("%s: t takes a sentence, not %s; a value that has words is told by w", path, n)
		return ""
	}
	return text.Text
}

// sayers are the functions that take a sentence, with the place of the sentence; Count
// takes two.
var sayers = map[string]int{"say": 0, "t": 0, "Say": 0, "Refuse": 2, "Matter": 2, "Count": 0}

func inCode(t *testing.T, path string, note func(one, other string)) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(path, "services/reports/") {
		inReport(file, note)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		at, ok := sayers[name]
		if !ok || len(call.Args) <= at {
			return true
		}
		text, ok := constant(call.Args[at])
		if !ok {
			return true
		}
		if name != "Count" {
			note("", text)
		} else if other, ok := constant(call.Args[1]); ok {
			note(text, other)
		}
		return true
	})
}

// inReport reads what layout.Report.Speak tells: titles, headings, notes.
func inReport(file *ast.File, note func(one, other string)) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			key, _ := n.Key.(*ast.Ident)
			if text, ok := constant(n.Value); ok && key != nil && text != "" && slices.Contains([]string{"Title", "About", "Empty", "Answers"}, key.Name) {
				note("", text)
			}
		case *ast.AssignStmt:
			if to, ok := n.Lhs[0].(*ast.SelectorExpr); ok && to.Sel.Name == "Notes" {
				ast.Inspect(n.Rhs[0], func(n ast.Node) bool {
					e, ok := n.(ast.Expr)
					if !ok {
						return true
					}
					text, ok := constant(e)
					if ok {
						note("", text)
					}
					return !ok
				})
				return false
			}
		}
		return true
	})
}

func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, err := strconv.Unquote(e.Value)
			return text, err == nil
		}
	case *ast.BinaryExpr:
		x, ok := constant(e.X)
		y, also := constant(e.Y)
		return x + y, ok && also
	}
	return "", false
}

// wordsOf are the words of the types in a package that have a method Words: the literals in
// it, and the constants of the type when it makes them of the constant itself.
func wordsOf(t *testing.T, folder string) []string {
	paths, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string][]string{}
	maps := map[string][]string{}
	var found []string
	var methods []*ast.FuncDecl
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "Words" && d.Recv != nil {
					methods = append(methods, d)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					value, ok := spec.(*ast.ValueSpec)
					if !ok {
						continue
					}
					for i, name := range value.Names {
						if i >= len(value.Values) {
							continue
						}
						if kind, ok := value.Type.(*ast.Ident); ok {
							if text, ok := constant(value.Values[i]); ok {
								constants[kind.Name] = append(constants[kind.Name], text)
							}
						}
						if list, ok := value.Values[i].(*ast.CompositeLit); ok {
							if of, ok := list.Type.(*ast.ArrayType); ok {
								if kind, ok := of.Elt.(*ast.Ident); ok {
									for _, e := range list.Elts {
										if text, ok := constant(e); ok {
											constants[kind.Name] = append(constants[kind.Name], text)
										}
									}
								}
							}
							for _, e := range list.Elts {
								if pair, ok := e.(*ast.KeyValueExpr); ok {
									if text, ok := constant(pair.Value); ok {
										maps[name.Name] = append(maps[name.Name], text)
									}
								}
							}
						}
					}
				}
			}
		}
	}
	for _, m := range methods {
		kind, ok := m.Recv.List[0].Type.(*ast.Ident)
		if !ok {
			continue
		}
		itself := true
		ast.Inspect(m.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				if text, ok := constant(n.Results[0]); ok {
					found, itself = append(found, text), false
				}
			case *ast.IndexExpr:
				if name, ok := n.X.(*ast.Ident); ok && maps[name.Name] != nil {
					found, itself = append(found, maps[name.Name]...), false
				}
			case *ast.CompositeLit:
				itself = false
				for _, e := range n.Elts {
					if pair, ok := e.(*ast.KeyValueExpr); ok {
						if text, ok := constant(pair.Value); ok {
							found = append(found, text)
						}
					}
				}
			}
			return true
		})
		if itself || usesItself(m) {
			for _, c := range constants[kind.Name] {
				found = append(found, strings.ReplaceAll(c, "_", " "))
			}
		}
	}
	return found
}

// usesItself says whether a method Words ends in the value itself.
func usesItself(m *ast.FuncDecl) bool {
	uses := false
	if last, ok := m.Body.List[len(m.Body.List)-1].(*ast.ReturnStmt); ok {
		_, uses = last.Results[0].(*ast.CallExpr)
	}
	return uses
}

func readCatalogue(t *testing.T, file string) map[string]message {
	var raw map[string]any
	if _, err := toml.DecodeFile(file, &raw); err != nil {
		t.Fatal(err)
	}
	has := map[string]message{}
	for key, value := range raw {
		switch value := value.(type) {
		case string:
			has[key] = message{other: value}
		case map[string]any:
			one, _ := value["one"].(string)
			other, _ := value["other"].(string)
			has[key] = message{one, other}
		}
	}
	return has
}

// writeCatalogue writes a catalogue anew, with its head, what is said and how that was
// translated; in English everything is its own translation.
func writeCatalogue(t *testing.T, file string, said, has map[string]message) {
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(old)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		b.WriteString(line)
	}
	b.WriteString("\n")
	var forms strings.Builder
	for _, key := range slices.Sorted(maps.Keys(said)) {
		m := has[key]
		if file == "en.toml" {
			m = said[key]
		}
		if said[key].one == "" && !reserved[strings.ToLower(key)] {
			fmt.Fprintf(&b, "%s = %s\n", quoted(key), quoted(m.other))
			continue
		}
		fmt.Fprintf(&forms, "\n[%s]\n", quoted(key))
		if said[key].one != "" {
			fmt.Fprintf(&forms, "one = %s\n", quoted(m.one))
		}
		fmt.Fprintf(&forms, "other = %s\n", quoted(m.other))
	}
	if err := os.WriteFile(file, []byte(b.String()+forms.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reserved are the names that go-i18n reads as parts of a message, not as messages.
var reserved = map[string]bool{"id": true, "description": true, "hash": true, "leftdelim": true, "rightdelim": true, "zero": true, "one": true, "two": true, "few": true, "many": true, "other": true, "translation": true}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(text) + `"`
}
