package doctor

// Board is the config.json of the ESP32 firmware.
type Board struct {
	WiFi      WiFi     `json:"wifi"`
	Use       []string `json:"use"` // endpoints, the first choice first
	LAN       Endpoint `json:"lan"`
	Cloud     Endpoint `json:"cloud"`
	ProductID string   `json:"product_id"`
	DeviceID  string   `json:"device_id"`
	AuthInfo  string   `json:"auth_info"`
	LEDPin    int      `json:"led_pin"`
	ReportS   int      `json:"report_s"`
	WatchdogS int      `json:"watchdog_s"`
}

// WiFi is the network that the board joins.
type WiFi struct {
	SSID     string `json:"ssid"`
	Password string `json:"password"`
}

// Endpoint is a place where MQTT is.
type Endpoint struct {
	Host string `json:"host"`
	Port uint16 `json:"port"`
}

// Login is what a device proves itself with.
type Login struct{ Product, Device, AuthInfo string }

// NewBoard makes a config.json for a board that finds the platform at host ("auto": it asks the network) and logs in as
// given. Only the Wi-Fi is left to fill in. The cloud is there, but not used: it knows nothing of devices that were made here.
func NewBoard(host string, port uint16, l Login) Board {
	return Board{
		WiFi:      WiFi{SSID: "NAME OF YOUR WI-FI", Password: "ITS PASSWORD"},
		Use:       []string{"lan"},
		LAN:       Endpoint{Host: host, Port: port},
		Cloud:     Endpoint{Host: cloudMQTT, Port: 6002},
		ProductID: l.Product, DeviceID: l.Device, AuthInfo: l.AuthInfo,
		LEDPin: 2, ReportS: 300, WatchdogS: 120,
	}
}
