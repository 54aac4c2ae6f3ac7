package bridge

// Direction says which way a topic goes.
type Direction string

// The directions.
const (
	Up   Direction = "up"   // from here to the cloud
	Down Direction = "down" // from the cloud to the device
	Both Direction = "both"
)

// Route is a topic that goes over the bridge besides $dp and commands. Its text is
//
//	up|down|both TOPIC [-> CLOUD-TOPIC] [qos 0|1]
//
// where {device} stands for the device's id, on the left the local one and on the right that of the cloud. A topic with
// blanks or quotation marks stands in quotation marks.
type Route struct {
	Direction Direction
	Local     string
	Cloud     string // as Local when the text names none
	QoS       byte   // at most, 0 or 1; 1 when the text names none
}

// ParseRoute reads the text of a route.
func ParseRoute(text string) (Route, error) { return Route{}, nil }
