def century: (. / 100 | floor) + 1;
reduce .[] as $p ({}; .[$p.born | century | tostring] += [$p.name])
| to_entries[] | "\(.key): \(.value | join(", "))"
