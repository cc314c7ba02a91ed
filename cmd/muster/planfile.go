package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/google/renameio/v2"

	"muster/cmd/muster/internal/fileerr"
	"muster/provision/plan"
)

// savePlan writes a plan to a file, wholly or not at all.
func savePlan(path string, f plan.File) error {
	var b bytes.Buffer
	if err := plan.Write(&b, f); err != nil {
		return err
	}
	if err := renameio.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("save the plan to %s: %w", path, fileerr.Cause(err))
	}
	return nil
}

// readPlanFile reads a saved plan.
func readPlanFile(path string) (*plan.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("plan file: %w", err)
	}
	defer f.Close()
	saved, err := plan.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return saved, nil
}
