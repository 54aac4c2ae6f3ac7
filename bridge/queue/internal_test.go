package queue

import (
	"encoding/json"
	"io"

	"github.com/onelan/onelan/onenet"
)

// WriteEntries writes an export of these entries.
func WriteEntries(w io.Writer, list []onenet.UplinkEntry) error {
	enc := json.NewEncoder(w)
	if err := enc.Encode(exportHeader{exportFormat, exportVersion}); err != nil {
		return err
	}
	for _, e := range list {
		if err := writeEntry(enc, e); err != nil {
			return err
		}
	}
	return nil
}
