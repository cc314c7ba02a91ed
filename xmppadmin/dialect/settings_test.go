package dialect

import (
	"testing"

	"muster/xmppadmin/muc"
)

// TestEachDialectNamesEachSetting fails for a setting that was added to the
// vocabulary and that a dialect would leave out without a sign.
func TestEachDialectNamesEachSetting(t *testing.T) {
	t.Parallel()
	noOption := map[muc.Setting]bool{muc.Subject: true, muc.LogAddress: true} // of ejabberd's
	seen := make(map[string]muc.Setting)
	for _, s := range muc.AllSettings() {
		if len(fieldNames(s)) == 0 {
			t.Errorf("%s: no field stands for it", s)
		}
		option := optionName(s)
		if (option != "") == noOption[s] {
			t.Errorf("%s: ejabberd's option is %q", s, option)
		}
		if other, twice := seen[option]; twice && option != "" {
			t.Errorf("%s and %s are the same option %q", s, other, option)
		}
		seen[option] = s
	}
}
