package workspace

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var verbText = regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)

// deeds are the verbs a room's source can write: what its constants Verb… name,
// and every text that becomes an entry's Verb or a parameter or variable verb.
func deeds(files []*ast.File) []string {
	values, asked := map[string]string{}, map[string]int{}
	text := func(e ast.Expr) (string, bool) {
		switch e := e.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(e.Value)
			return s, err == nil && e.Kind == token.STRING && verbText.MatchString(s)
		case *ast.Ident:
			s, ok := values[e.Name]
			return s, ok
		}
		return "", false
	}
	var out []string
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if i < len(n.Values) {
						if s, ok := text(n.Values[i]); ok {
							values[name.Name] = s
							if strings.HasPrefix(strings.ToLower(name.Name), "verb") {
								out = append(out, s)
							}
						}
					}
				}
			case *ast.FuncDecl:
				at := 0
				for _, field := range n.Type.Params.List {
					for _, name := range field.Names {
						if name.Name == "verb" {
							asked[n.Name.Name] = at
						}
						at++
					}
				}
			}
			return true
		})
	}
	take := func(e ast.Expr) {
		if s, ok := text(e); ok {
			out = append(out, s)
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if name, ok := n.Key.(*ast.Ident); ok && strings.EqualFold(name.Name, "verb") {
					take(n.Value)
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if name, ok := left.(*ast.Ident); ok && name.Name == "verb" && len(n.Lhs) == len(n.Rhs) {
						take(n.Rhs[i])
					}
				}
			case *ast.CallExpr:
				called := ""
				switch f := n.Fun.(type) {
				case *ast.SelectorExpr:
					called = f.Sel.Name
				case *ast.Ident:
					called = f.Name
				}
				if at, ok := asked[called]; ok && at < len(n.Args) {
					take(n.Args[at])
				}
			}
			return true
		})
	}
	return out
}

func TestTheJournalHasASentenceForEveryDeedThatRoomsWrite(t *testing.T) {
	house, rooms := site(t), map[string][]*ast.File{}
	for _, wing := range []string{"helpdesk", "consent"} {
		err := filepath.WalkDir(filepath.Join("..", "..", wing), func(path string, f fs.DirEntry, err error) error {
			if err != nil || f.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			rooms[filepath.Dir(path)] = append(rooms[filepath.Dir(path)], file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found := 0
	for room, files := range rooms {
		for _, verb := range deeds(files) {
			found++
			if !slices.Contains(journalVerbs, verb) {
				t.Errorf("%s writes %s: give it a sentence under journal.did, and a place in journalVerbs", room, verb)
			}
		}
	}
	if found < 150 {
		t.Errorf("only %d deeds found: is the walk right?", found)
	}
	for _, verb := range journalVerbs {
		for _, lang := range []string{"sv", "en"} {
			if said := house.WordsFor(lang).Say("journal.did." + verb); strings.Contains(said, "⟦") {
				t.Errorf("no sentence for %s in %s", verb, lang)
			}
		}
	}
}
