package api

// unbuilt lists the calls of OneNET that onelan knows of and does not have: the account, the position by Wi-Fi, the
// parsers of DTUs and the gateway of Modbus. They stand here so that an error can say so, and so that none is
// taken for another.
func unbuilt() []route {
	calls := []struct{ method, path string }{
		{"GET", "/user"}, // section 5.8
		{"GET", "/devices/{id}/lbs/latestWifiLocation"},
		{"POST", "/dtu/parser"},
		{"GET", "/dtu/parser"},
		{"PUT", "/dtu/parser/{parser}"},
		{"DELETE", "/dtu/parser/{parser}"},
		{"GET", "/s"},
	}
	routes := make([]route, len(calls))
	for i, c := range calls {
		routes[i] = route{method: c.method, path: c.path}
	}
	return routes
}
