package site

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// Every nick's colour can be read on each background, in light and in dark
// (WCAG 2.2, success criterion 1.4.3).
func TestContrast(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("static/log.css")
	if err != nil {
		t.Fatal(err)
	}
	themes := regexp.MustCompile(`--back:(#[0-9a-f]+);--text:(#[0-9a-f]+);--soft:(#[0-9a-f]+);--line:#[0-9a-f]+;--mark:(#[0-9a-f]+);--link:(#[0-9a-f]+);--light:([0-9]+)%`).
		FindAllStringSubmatch(string(css), -1)
	if len(themes) != 2 {
		t.Fatalf("the style sheet has %d themes, want a light and a dark one", len(themes))
	}
	for _, theme := range themes {
		lightness, _ := strconv.Atoi(theme[6])
		for _, back := range []string{theme[1], theme[4]} {
			b := luminanceOf(t, back)
			for _, text := range []string{theme[2], theme[3], theme[5]} {
				if c := contrast(luminanceOf(t, text), b); c < 4.5 {
					t.Errorf("%s on %s has a contrast of %.2f", text, back, c)
				}
			}
			for hue := 0; hue < 360; hue += 360 / hueSteps {
				if c := contrast(luminance(hsl(float64(hue), 0.65, float64(lightness)/100)), b); c < 4.5 {
					t.Errorf("hue %d at %d%% on %s has a contrast of %.2f", hue, lightness, back, c)
				}
			}
		}
	}
}

func luminanceOf(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	if len(colour) == 4 { // #rgb
		n = (n>>8&15)*0x110000 + (n>>4&15)*0x1100 + (n&15)*0x11
	}
	return luminance(float64(n>>16&255)/255, float64(n>>8&255)/255, float64(n&255)/255)
}

func luminance(r, g, b float64) float64 {
	linear := func(c float64) float64 {
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// hsl returns a colour as red, green and blue.
func hsl(h, s, l float64) (r, g, b float64) {
	f := func(n float64) float64 {
		k := math.Mod(n+h/30, 12)
		return l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))
	}
	return f(0), f(8), f(4)
}
