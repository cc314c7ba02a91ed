package muc_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"muster/xmppadmin/muc"
)

// TestAllSettings compares the list with the constants of the source.
func TestAllSettings(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "settings.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []muc.Setting
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Setting" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared = append(declared, muc.Setting(value))
		}
		return true
	})
	slices.Sort(declared)
	if got := muc.AllSettings(); !slices.Equal(got, declared) {
		t.Errorf("AllSettings() = %q, and the constants are %q", got, declared)
	}
}
