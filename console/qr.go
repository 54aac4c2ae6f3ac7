package console

import (
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// qrCode is a text for a phone's camera.
type qrCode struct {
	Text string
	Size int           // modules of a side, with the quiet zone
	Path template.HTML // the d of an SVG path: our own numbers
}

// newQR makes the code; the zero value when the text is too long for one.
func newQR(text string) qrCode {
	const quiet = 4 // modules around it, as the standard wants
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return qrCode{}
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return qrCode{text, code.Size + 2*quiet, template.HTML(b.String())}
}
