package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The years that a computer's clock may show. What it measures is stamped with it.
const (
	firstYear = 2025
	lastYear  = 2099
)

// beijing is the zone of every time that OneNET shows (reference section 0).
var beijing = time.FixedZone("Beijing", 8*60*60)

// clocks looks at the time.
func clocks(_ context.Context, e Environment) []Finding {
	const n = note("clock")
	now := e.Now()
	if y := now.Year(); y < firstYear || y > lastYear {
		return []Finding{n.say(Fail, "the clock shows the year "+fmt.Sprint(y)+": data points would get that time", "set the clock, or turn on its setting by the network")}
	}
	text := now.Format("2006-01-02 15:04:05 -0700") + "; OneNET shows Beijing time, as onelan's REST API does: " + now.In(beijing).Format("15:04:05")
	if _, offset := now.Zone(); offset == 8*60*60 {
		text = now.Format("2006-01-02 15:04:05 -0700") + ", which is Beijing time, as OneNET shows it"
	}
	return []Finding{n.say(OK, text)}
}

// littleSpace is when a disk may fill up within an afternoon.
const littleSpace = 200 << 20

// data looks at the data directory.
func data(ctx context.Context, e Environment) []Finding {
	const n = note("data")
	d := e.Data(ctx)
	if d.Dir == "" {
		return []Finding{n.say(Info, "everything is kept in memory, as configured")}
	}
	found := []Finding{directory(n, d)}
	if d.Free > 0 && d.Free < littleSpace {
		found = append(found, n.say(Warn, "only "+size(int64(d.Free))+" are free on its disk", "free some space, or keep the data elsewhere: onelan serve --data DIR"))
	} else if d.Free > 0 {
		found = append(found, n.say(OK, size(int64(d.Free))+" are free on its disk"))
	}
	return append(found, database(n, d)...)
}

func directory(n note, d Data) Finding {
	switch {
	case d.InUse:
		return n.say(OK, d.Dir+" is in use by an onelan that runs")
	case !d.Writable:
		return n.say(Fail, d.Dir+" cannot be written", "give it to the user who runs onelan, or choose another one: onelan serve --data DIR")
	case !d.Exists:
		return n.say(OK, d.Dir+" will be made at the first start")
	}
	return n.say(OK, d.Dir+" can be written")
}

func database(n note, d Data) []Finding {
	switch {
	case d.Problem != nil:
		what, hint, ok := strings.Cut(d.Problem.Error(), "\nhint: ") // the store says both
		if !ok {
			return []Finding{n.say(Fail, what)}
		}
		return []Finding{n.say(Fail, what, hint)}
	case d.Database:
		return []Finding{n.say(OK, "the database is whole, "+size(d.Size))}
	}
	return nil
}

// size is a number of bytes for people.
func size(n int64) string {
	const unit = 1024
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for f >= unit && i < len(units)-1 {
		f, i = f/unit, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}
