package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the module's folder, seen from this package's.
const root = "../.."

func TestHouse(t *testing.T) {
	pkgs, err := readPackages()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(pkgs, func(p pkg) bool { return p.path == "internal/archtest" }) {
		t.Fatal("go list did not find this very package, so it cannot have found the others")
	}
	for _, r := range rules {
		t.Run(r.promise, func(t *testing.T) {
			for _, v := range violations(pkgs, r) {
				t.Error(v)
			}
		})
	}
}

// readPackages reads the source of every package that go list knows in this module.
func readPackages() ([]pkg, error) {
	if err := readFolders(); err != nil {
		return nil, err
	}
	list := exec.Command("go", "list", "-json=ImportPath,Name,Dir", "./...")
	list.Dir = root
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("run go list: %w\n%s", err, &stderr)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct{ ImportPath, Name, Dir string }
		if err := dec.Decode(&listed); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, fmt.Errorf("decode what go list says: %w", err)
		}
		p := pkg{path: strings.TrimPrefix(listed.ImportPath, module+"/"), name: listed.Name}
		if err := p.readFiles(listed.Dir); err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
}

// readFolders reads every folder's list of files, for the sake of go test's cache: it repeats a result
// until something changes that this process has read, and what go list reads it does not see. So a new
// package or file would pass unread.
func readFolders() error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		return err
	})
}

// readFiles reads all Go files of the package, those of other platforms too, which go list leaves out.
func (p *pkg) readFiles(dir string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		f, clause, err := readFile(path)
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(path, "_test.go"):
			p.tests = append(p.tests, f)
		case clause == p.name: // anything else is a program to "go run", no part of the package
			p.files = append(p.files, f)
		}
	}
	return nil
}

// readFile reads one Go file and the name in its package clause.
func readFile(path string) (f file, clause string, err error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return file{}, "", err
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, "", err
	}
	f = file{name: filepath.Base(path), lines: bytes.Count(src, []byte("\n")), doc: tree.Doc.Text()}
	for _, imported := range tree.Imports {
		name, err := strconv.Unquote(imported.Path.Value)
		if err != nil {
			return file{}, "", fmt.Errorf("unquote an import of %s: %w", path, err)
		}
		f.imports = append(f.imports, name)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			f.starts = append(f.starts, fset.Position(n.Pos()).Line)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && n.Sel.Name == "Sleep" {
				f.sleeps = append(f.sleeps, fset.Position(n.Pos()).Line)
			}
		}
		return true
	})
	return f, tree.Name.Name, nil
}
