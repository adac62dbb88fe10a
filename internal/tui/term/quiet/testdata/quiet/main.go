// Command quiet imports Bubble Tea and what keeps it quiet, and prints the TERM that main sees.
package main

import (
	"fmt"
	"os"

	_ "github.com/charmbracelet/bubbletea"

	"bcast/internal/tui/term/quiet"
)

func main() {
	quiet.Restore()
	term, set := os.LookupEnv("TERM")
	fmt.Printf("TERM=%q %t\n", term, set)
}
