package ui

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want string }{
		{"ASCII", `plain "text" \ here`, `plain "text" \ here`},
		{"letters of other scripts", "Gürtel 日本 Ελλάδα", "Gürtel 日本 Ελλάδα"},
		{"escape sequence", "\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		{"forged line", "a\nmuster: error: b\r", `a\nmuster: error: b\x0d`},
		{"C1 control", "a\u009bb", `a\u009bb`},
		{"delete", "a\x7fb", `a\x7fb`},
		{"bidirectional override", "right\u202etfel", `right\u202etfel`},
		{"bidirectional isolate", "\u2066a\u2069", `\u2066a\u2069`},
		{"zero-width space and soft hyphen", "a\u200bb\u00adc", `a\u200bb\u00adc`},
		{"no-break space", "a\u00a0b", `a\u00a0b`},
		{"filler that is a letter", "a\u3164b", `a\u3164b`},
		{"tag characters", "a\U000E0041", `a\U000e0041`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"invalid UTF-8", "a\xff\xc3b", `a\xff\xc3b`},
		{"replacement character", "a\uFFFDb", `a\ufffdb`},
		{"emoji with joiner", "👩\u200d💻\ufe0f", "👩\u200d💻\ufe0f"},
		{"nothing", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Escape(c.text)
			if got != c.want {
				t.Errorf("Escape(%q) = %q, want %q", c.text, got, c.want)
			}
			if again := Escape(got); again != got {
				t.Errorf("escaped again it is %q", again)
			}
		})
	}
}

func FuzzEscapeJSON(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[31m", "\u202e", "\U000E0041", "\xff", "a\nb", `"quoted"\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, err := json.Marshal(map[string]string{"text": s})
		if err != nil {
			t.Fatal(err)
		}
		escaped := escapeJSON(append(line, '\n'))
		for _, r := range strings.TrimSuffix(string(escaped), "\n") {
			if r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 || 0x202a <= r && r <= 0x202e {
				t.Errorf("%q is in %q", r, escaped)
			}
		}
		var got map[string]string
		if err := json.Unmarshal(escaped, &got); err != nil {
			t.Fatalf("%s: %v", escaped, err)
		}
		if want := strings.ToValidUTF8(s, "\uFFFD"); utf8.ValidString(s) && got["text"] != want {
			t.Errorf("%q became %q", s, got["text"])
		}
	})
}
