// Command loud imports Bubble Tea, and nothing that would keep it quiet.
package main

import (
	"fmt"

	_ "github.com/charmbracelet/bubbletea"
)

func main() {
	fmt.Println("main runs")
}
