package store

// StoryTables are the tables that go with a story which was never public.
func StoryTables() []string { return storyTables }
