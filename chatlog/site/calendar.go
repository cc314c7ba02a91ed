package site

import (
	"fmt"
	"time"

	"muster/chatlog"
)

// yearView, monthView and cell are the calendar of a room, newest first.
type yearView struct {
	Year   int
	Months []monthView
	days   int // on which something was said
}

type monthView struct {
	Name  string
	Weeks [][7]cell
}

// cell is a day of a month; Number is empty outside the month, Date where
// nothing was said. Words name the link to the day; they begin with its number,
// which is what is seen of it (WCAG 2.2, 2.5.3).
type cell struct{ Number, Date, Words string }

// calendar returns the months in which something was said, the newest first.
func calendar(days []chatlog.Day) []yearView {
	said := make(map[string]int, len(days))
	var years []yearView
	for _, d := range days {
		said[d.Date.Format(time.DateOnly)] = d.Lines
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i].Date
		if n := len(years); n == 0 || years[n-1].Year != d.Year() {
			years = append(years, yearView{Year: d.Year()})
		}
		y := &years[len(years)-1]
		y.days++
		name := d.Format("January 2006")
		if n := len(y.Months); n == 0 || y.Months[n-1].Name != name {
			y.Months = append(y.Months, monthView{Name: name, Weeks: weeks(d, said)})
		}
	}
	return years
}

// weeks returns the weeks of a month, each from Monday to Sunday.
func weeks(month time.Time, said map[string]int) [][7]cell {
	var out [][7]cell
	first := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, time.UTC)
	for d := first; d.Month() == month.Month(); d = d.AddDate(0, 0, 1) {
		column := (int(d.Weekday()) + 6) % 7
		if column == 0 || len(out) == 0 {
			out = append(out, [7]cell{})
		}
		c := cell{Number: fmt.Sprint(d.Day())}
		date := d.Format(time.DateOnly)
		if n := said[date]; n > 0 {
			c.Date = date
			c.Words = d.Format("2 January 2006, ") + messages(n)
		}
		out[len(out)-1][column] = c
	}
	return out
}

// A room's page has no more of the calendar than this many bytes, about: a
// month takes monthSize and a day on which something was said daySize besides.
const calendarSize, monthSize, daySize = 50_000, 750, 80

// splitYears returns the years that stand on the room's page, the newest ones,
// and those that have pages of their own.
func splitYears(years []yearView) (here, apart []yearView) {
	size := 0
	for i, y := range years {
		if size += monthSize*len(y.Months) + daySize*y.days; i > 0 && size > calendarSize {
			return years[:i], years[i:]
		}
	}
	return years, nil
}
