# What bash offers for the last argument of a command line, whose words are the
# arguments from $2 on, where $1 has the completion. Bash calls the function like this.
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
read -r _ _ function _ < <(complete -p "$1")
$function
((${#COMPREPLY[@]})) && printf '<%s>\n' "${COMPREPLY[@]}" | sort
exit 0
