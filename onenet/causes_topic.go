package onenet

// What can be wrong with topics, and with messages other than data.
const (
	SubscribeWildcard  Cause = "subscribe.wildcard"
	SubscribeDollar    Cause = "subscribe.dollar"
	SubscribeCommand   Cause = "subscribe.creq"
	SubscribeShared    Cause = "subscribe.shared"
	SubscribeThing     Cause = "subscribe.newer-platform"
	SubscribeEmpty     Cause = "subscribe.empty"
	SubscribeTopic     Cause = "subscribe.bad-topic"
	SubscribeLong      Cause = "subscribe.too-long"
	SubscribeLimit     Cause = "subscribe.device-limit"
	SubscribeProduct   Cause = "subscribe.product-limit"
	SubscribeMalformed Cause = "subscribe.malformed"

	PublishWildcard  Cause = "publish.wildcard"
	PublishEmpty     Cause = "publish.empty-topic"
	PublishTopic     Cause = "publish.bad-topic"
	PublishDPTypo    Cause = "publish.dp-misspelt"
	PublishDollar    Cause = "publish.dollar"
	PublishThing     Cause = "publish.newer-platform"
	PublishCommand   Cause = "publish.creq"
	PublishData      Cause = "publish.data-on-topic"
	PublishQoS       Cause = "publish.qos-3"
	PublishPacketID  Cause = "publish.no-packet-id"
	PublishRetained  Cause = "publish.retain-limit"
	PublishMalformed Cause = "publish.malformed"
	PublishSuspect   Cause = "publish.suspect-data"

	CommandUnknown Cause = "command.unknown-id"
	CommandTopic   Cause = "command.answer-topic"
	CommandLong    Cause = "command.too-long-for-kit"
)

const (
	refTopic   = "protocol paper V2.6, SUBSCRIBE (COMPATIBILITY section 2.2)"
	refPublish = "protocol paper V2.6, PUBLISH (COMPATIBILITY section 2.1)"
	refCommand = "protocol paper V2.6, commands (COMPATIBILITY section 4.1)"
)

var topicCauses = map[Cause]causeText{
	SubscribeWildcard: {
		StageSubscribe, "the filter has a wildcard, and the platform knows none",
		"subscribe to each topic by its full name", refTopic,
	},
	SubscribeDollar: {
		StageSubscribe, "topics that begin with $ cannot be subscribed",
		"leave the subscription out: what the platform sends on $ topics comes without one", refTopic,
	},
	SubscribeCommand: {
		StageSubscribe, "commands on $creq are not subscribed: they come by themselves",
		"leave the subscription out: each command arrives on $creq/ and its id, and nothing has to be asked for", refCommand,
	},
	SubscribeShared: {
		StageSubscribe, "there are no shared subscriptions",
		"subscribe to the topic itself", refTopic,
	},
	SubscribeThing: {
		StageSubscribe, "the topic belongs to the newer OneNET platforms",
		"use $dp and $creq here, or connect the device to the platform that its program was written for", refTopic,
	},
	SubscribeEmpty: {StageSubscribe, "the filter is empty", "name the topic that is wanted", refMQTT + " [MQTT-4.7.3-1]"},
	SubscribeTopic: {
		StageSubscribe, "the filter is not UTF-8, or contains a NUL",
		"send the topic as UTF-8 without its terminating NUL", refMQTT + " [MQTT-1.5.3-1]",
	},
	SubscribeLong: {StageSubscribe, "the topic is longer than 1024 characters", "use a shorter topic", refTopic},
	SubscribeLimit: {
		StageSubscribe, "the device has as many subscriptions as it may",
		"unsubscribe some; limits.topics_per_device sets the bound", refTopic,
	},
	SubscribeProduct: {
		StageSubscribe, "the product has as many topics as it may",
		"use fewer topics; limits.topics_per_product sets the bound", refTopic,
	},
	SubscribeMalformed: {
		StageSubscribe, "the SUBSCRIBE or UNSUBSCRIBE packet is malformed",
		"send a packet id, and behind each filter of a SUBSCRIBE a byte with the QoS", refMQTT + " section 3.8",
	},

	PublishWildcard: {StagePublish, "the topic has a wildcard", "publish to one topic by its full name", refMQTT + " [MQTT-3.3.2-2]"},
	PublishEmpty:    {StagePublish, "the topic is empty", "name the topic; data points go to $dp", refMQTT + " [MQTT-4.7.3-1]"},
	PublishTopic: {
		StagePublish, "the topic is not UTF-8, or contains a NUL",
		"send the topic as UTF-8 without its terminating NUL", refMQTT + " [MQTT-1.5.3-1]",
	},
	PublishDPTypo: {
		StagePublish, "the topic looks like $dp but is not: nothing is stored",
		"publish data points to $dp, exactly these three characters", refPublish,
	},
	PublishDollar: {
		StagePublish, "the platform does not know this $ topic: the message goes nowhere",
		"publish data points to $dp and answers to $crsp/ and the command's id", refPublish,
	},
	PublishThing: {
		StagePublish, "the topic belongs to the newer OneNET platforms: the message goes nowhere",
		"publish data points to $dp here, or connect the device to the platform that its program was written for", refPublish,
	},
	PublishCommand: {
		StagePublish, "$creq carries commands to devices: what a device sends there goes nowhere",
		"answer on $crsp/ and the command's id", refCommand,
	},
	PublishData: {
		StagePublish, "this looks like data, and the topic stores nothing",
		"publish data points to $dp, with a type byte and two length bytes before the JSON text", refPublish,
	},
	PublishQoS: {StagePublish, "QoS 3 does not exist", "use QoS 0, 1 or 2", refMQTT + " [MQTT-3.3.1-4]"},
	PublishPacketID: {
		StagePublish, "a message of QoS 1 or 2 carries the packet id 0",
		"give such messages an id from 1 to 65535", refMQTT + " [MQTT-2.3.1-1]",
	},
	PublishRetained: {
		StagePublish, "the product retains as many messages as it may: this one is delivered and not retained",
		"clear some by publishing an empty retained message", refTopic,
	},
	PublishSuspect: {
		StagePublish, "the data was stored, but is probably not what was meant",
		"compare what was stored with what the device meant to send", "COMPATIBILITY section 3.2",
	},
	PublishMalformed: {
		StagePublish, "the PUBLISH packet is malformed",
		"check the remaining length and the two length bytes of the topic", refMQTT + " section 3.3",
	},

	CommandUnknown: {
		StageCommand, "this device was sent no command with this id",
		"answer on $crsp/ and exactly the id that came behind $creq/", refCommand,
	},
	CommandTopic: {
		StageCommand, "the topic of an answer lacks the id of the command",
		"answer on $crsp/ and exactly the id that came behind $creq/", refCommand,
	},
	CommandLong: {
		StageCommand, "the command is longer than 83 bytes, and the STM32 kit ignores such commands",
		"keep commands to devices with this kit short", "STM32 kit (COMPATIBILITY section 4.1)",
	},
}
