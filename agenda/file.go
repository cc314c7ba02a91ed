package agenda

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// readFile reads a meeting from a saved agenda.json or agenda-data document.
func readFile(path string) (Meeting, error) {
	body, err := slurp(path)
	if err != nil {
		return Meeting{}, err
	}
	m, err := parseEither(body)
	if err != nil {
		return Meeting{}, &Error{
			Op: "read", URL: path, Kind: ErrUnusable, Err: err,
			Hint: "want what /meeting/<number>/agenda.json or /api/meeting/<number>/agenda-data gives",
		}
	}
	if m.Number == "" {
		m.warn(fmt.Sprintf("%s does not say of which meeting it is", path))
	}
	return m, nil
}

// slurp reads a file that must not be larger than a document may be.
func slurp(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("agenda: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxBody+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("agenda: %w", err)
	case len(body) > maxBody:
		err = fmt.Errorf("the file is larger than %d MiB", maxBody>>20)
		return nil, &Error{Op: "read", URL: path, Kind: ErrUnusable, Err: err}
	}
	return body, nil
}

// parseEither tells the two forms apart by their keys.
func parseEither(body []byte) (Meeting, error) {
	var keys struct {
		Meeting  json.RawMessage `json:"meeting"`
		Schedule json.RawMessage `json:"schedule"`
	}
	if json.Unmarshal(body, &keys) == nil && keys.Meeting != nil && keys.Schedule != nil {
		data, err := parseAgendaData(body)
		if err != nil {
			return Meeting{}, err
		}
		m := assemble(nil, &data)
		m.warn(withoutList)
		return m, nil
	}
	list, err := parseAgendaJSON(body)
	if err != nil {
		return Meeting{}, err
	}
	m := assemble(&list, nil)
	if !interimForm.MatchString(list.number) {
		m.warn(withoutData)
	}
	return m, nil
}
