package dialect

// RightsError is a refusal for lack of a right, with the right that is missing.
type RightsError struct {
	err    error
	advice string // whom to give which right on the server
}

// Error returns the refusal.
func (e *RightsError) Error() string { return e.err.Error() }

// Unwrap returns the refusal.
func (e *RightsError) Unwrap() error { return e.err }

// Hint returns which right to give to whom on the server.
func (e *RightsError) Hint() string { return e.advice }
