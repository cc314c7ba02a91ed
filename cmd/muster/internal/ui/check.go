package ui

import (
	"fmt"

	"muster/xmppadmin"
)

// Check writes one finding of doctor.
func (c *Console) Check(f xmppadmin.Finding) {
	if c.Options.Format == JSON {
		c.record(checkRecord{Type: "check", Check: f.Check, Verdict: f.Verdict, Text: f.Text, Hint: f.Hint})
		return
	}
	c.out.spans(c.colourful(c.out), span{verdictStyle(f.Verdict), fmt.Sprintf("%-5s", verdictText(f.Verdict))}, span{text: fmt.Sprintf(" %-16s %s", f.Check, f.Text)})
	if f.Hint != "" && f.Verdict != xmppadmin.OK {
		c.out.line("%-5s %-16s %s", "", "", "→ "+f.Hint)
	}
}

// verdictText returns a verdict as it is printed: failures stand out.
func verdictText(v xmppadmin.Verdict) string {
	if v == xmppadmin.Fail {
		return "FAIL"
	}
	return string(v)
}

func verdictStyle(v xmppadmin.Verdict) style {
	switch v {
	case xmppadmin.OK:
		return green
	case xmppadmin.Warn:
		return yellow
	}
	return red
}
