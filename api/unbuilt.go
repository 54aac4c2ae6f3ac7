package api

// unbuilt lists the calls of OneNET that onelan knows of and does not have. They stand here so
// that an error can say so, and so that none is taken for another:
// /devices/status is no device of that name.
func unbuilt() []route {
	calls := []struct{ method, path string }{
		{"GET", "/cmds/history/{id}"}, // section 4.3

		{"POST", "/mqtt"}, // section 4.4
		{"POST", "/mqtt/topic"},
		{"DELETE", "/mqtt/topic"},
		{"GET", "/mqtt/topic"},
		{"GET", "/mqtt/topic_device"},
		{"GET", "/mqtt/device_topic/{id}"},

		{"POST", "/register_de"}, // section 5.4
		{"PUT", "/register_attr"},

		{"POST", "/devices"}, // section 5.5
		{"GET", "/devices"},
		{"PUT", "/devices/{id}"},
		{"DELETE", "/devices/{id}"},
		{"GET", "/devices/status"},
		{"GET", "/devices/datapoints"},

		{"POST", "/devices/{id}/datastreams"}, // section 5.6
		{"GET", "/devices/{id}/datastreams"},
		{"PUT", "/devices/{id}/datastreams/{ds}"},
		{"GET", "/devices/{id}/datastreams/{ds}"},
		{"DELETE", "/devices/{id}/datastreams/{ds}"},

		{"POST", "/devices/{id}/datapoints"}, // section 5.7
		{"DELETE", "/devices/{id}/datapoints"},

		{"POST", "/bindata"}, // section 5.8
		{"GET", "/bindata/{index}"},
		{"POST", "/keys"},
		{"GET", "/keys"},
		{"PUT", "/keys/{key}"},
		{"DELETE", "/keys/{key}"},
		{"GET", "/keys/{key}/devices"},
		{"PUT", "/keys/{key}/devices"},
		{"POST", "/triggers"},
		{"GET", "/triggers"},
		{"PUT", "/triggers/{id}"},
		{"GET", "/triggers/{id}"},
		{"DELETE", "/triggers/{id}"},
		{"GET", "/logs/{id}"},
		{"GET", "/user"},
		{"GET", "/devices/{id}/lbs/latestWifiLocation"},
		{"POST", "/dtu/parser"},
		{"GET", "/dtu/parser"},
		{"PUT", "/dtu/parser/{id}"},
		{"DELETE", "/dtu/parser/{id}"},
		{"GET", "/s"},
	}
	routes := make([]route, len(calls))
	for i, c := range calls {
		routes[i] = route{method: c.method, path: c.path}
	}
	return routes
}
