// Masthead publishes a newsroom and lets its readers fund it.
package main

import "masthead.dev/masthead/internal/cli"

func main() { cli.Main() }
