package dialect

// AdvisedError is a refusal with what to do about it on the server.
type AdvisedError struct {
	err    error
	advice string
}

// Error returns the refusal.
func (e *AdvisedError) Error() string { return e.err.Error() }

// Unwrap returns the refusal.
func (e *AdvisedError) Unwrap() error { return e.err }

// Hint returns what to do about it on the server.
func (e *AdvisedError) Hint() string { return e.advice }
