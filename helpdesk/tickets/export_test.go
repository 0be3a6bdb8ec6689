package tickets

// The statements whose plans are checked.
const (
	QueueStatement = selectQueue + queueOrder
	OwnerStatement = selectQueue + queueOwner + queueOrder
)

// LanguageTag and ParseCursor read what comes from outside.
var LanguageTag = languageTag

func ParseCursor(c Cursor) (int64, string, error) { return c.parse() }
