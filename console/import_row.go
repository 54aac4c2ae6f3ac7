package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/onelan/onelan/onenet"
)

// noProduct is a line that names no product, in a table for which none was chosen.
func noProduct(line int) error {
	return &problem{status: http.StatusUnprocessableEntity, key: "error.noproduct", detail: fmt.Sprintf("line %d", line), field: "product"}
}

// rowFault says on which line a device of a table is wrong, and who has what it cannot have as well.
func (d *door) rowFault(ctx context.Context, rows []tableRow, list []onenet.Device, wrong *onenet.RowError) error {
	err := wrong.Err
	if e, is := errors.AsType[*onenet.Error](err); is && errors.Is(e, onenet.ErrExists) && e.Why == "" {
		said := *e
		said.Why = d.holder(ctx, rows, list, wrong)
		err = &said
	}
	return fmt.Errorf("line %d (%s): %w", rows[wrong.Row].line, wrong.Field, err)
}

// holder says who has the id or the auth info of a row: an earlier line, or else a device that was there before. It tells nobody's auth info.
func (d *door) holder(ctx context.Context, rows []tableRow, list []onenet.Device, wrong *onenet.RowError) string {
	row := list[wrong.Row]
	for i, other := range list[:wrong.Row] {
		if other.Product == row.Product && (wrong.Field == "device" && other.ID == row.ID || wrong.Field != "device" && loginAs(other) == loginAs(row)) {
			return fmt.Sprintf("line %d has it", rows[i].line)
		}
	}
	if wrong.Field == "device" { // the error names it
		return ""
	}
	have, _, err := d.p.Devices(ctx, onenet.DeviceFilter{Product: row.Product, AuthInfo: loginAs(row), Limit: 1})
	if err != nil || len(have) == 0 {
		return "" // it is gone meanwhile
	}
	return fmt.Sprintf("device %q (%q) has it", have[0].ID, have[0].Title)
}

// loginAs is the auth info that a device of a table will have: the platform takes the id where there is none.
func loginAs(dev onenet.Device) onenet.Secret { return cmp.Or(dev.AuthInfo, onenet.Secret(dev.ID)) }
