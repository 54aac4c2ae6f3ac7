package console

import (
	"encoding/csv"
	"net/http"
	"strings"

	"github.com/onelan/onelan/onenet"
)

// importTemplate is a table to fill in: its columns, and a device as an example.
func (d *door) importTemplate(r *http.Request) (reply, error) {
	products, err := d.p.Products(r.Context())
	if err != nil {
		return nil, err
	}
	return download{"devices.csv", byteOrderMark + exampleTable(preselected(r, products), products)}, nil
}

// exampleTable is of a product that was chosen, or else of the first there is.
func exampleTable(chosen onenet.ProductID, products []onenet.Product) string {
	if chosen == "" && len(products) > 0 {
		chosen = products[0].ID
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.WriteAll([][]string{columns, {string(chosen), "", "kitchen", "3C71BFC80055", "esp32;demo"}}) // a Builder takes everything
	return b.String()
}

// preselected is the product that a request names, or else the only one there is.
func preselected(r *http.Request, products []onenet.Product) onenet.ProductID {
	if id := onenet.ProductID(r.FormValue("product")); id != "" || len(products) != 1 {
		return id
	}
	return products[0].ID
}
