package main

import (
	"database/sql"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptDamage changes the record behind the program's back:
//
//	damage STATEMENT
func scriptDamage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage STATEMENT")
	}
	db, err := sql.Open("sqlite", filepath.Join(worldOf(ts).work, "state", "logs", "messages.db"))
	ts.Check(err)
	defer db.Close()
	done, err := db.Exec(args[0])
	ts.Check(err)
	if n, _ := done.RowsAffected(); n == 0 {
		ts.Fatalf("nothing was damaged")
	}
}
