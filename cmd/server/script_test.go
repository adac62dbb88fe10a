package main

import (
	"testing"

	"bcast/internal/scripts"
)

func TestMain(m *testing.M) { scripts.Main(m, "bcast-server", main) }

func TestScripts(t *testing.T) { scripts.Run(t) }
