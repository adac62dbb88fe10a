# What zsh offers at the end of the command line $2, where $1 has the completion, or is a
# folder for $fpath that has. zsh completes only where somebody types, so a shell of its own
# is typed to.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "completion=${(q)1}"
zpty -w shell '
[[ -d $completion ]] && fpath=($completion $fpath)
autoload -Uz compinit && compinit -D -u
[[ -d $completion ]] || source $completion
compadd() {
	local -a matches
	if [[ -z ${argv[(r)-[OAD]]} ]]; then
		builtin compadd -A matches "$@"
		print -rl -- "<"$^matches">"
	fi
	builtin compadd "$@"
}
zle -C complete complete-word _main_complete
show() {
	print
	zle complete
	print "the end"
	exit
}
zle -N show
bindkey "^I" show
print rea""dy
'
zpty -r shell said '*ready*'
zpty -w -n shell "$2"$'\t'
zpty -r shell said '*the end*'
print -rl -- ${(M)${(f)${said//$'\r'}}:#<*>} | sort
