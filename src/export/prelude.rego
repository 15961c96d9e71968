# Task definitions by a name for people: resources of a template, the input of `register-task-definition`, or the output of
# `describe-task-definition`.
ecs_definitions contains [name, task] if {
	some name, resource in input.Resources
	resource.Type == "AWS::ECS::TaskDefinition"
	task := ecs_member(resource, "Properties")
}

ecs_definitions contains [object.get(input, "family", "the task definition"), input] if input.containerDefinitions

ecs_definitions contains [object.get(task, "family", "the task definition"), task] if {
	task := input.taskDefinition
	task.containerDefinitions
}

ecs_on_windows contains [name, task] if {
	some [name, task] in ecs_definitions
	ecs_is_windows(task)
}

ecs_on_others contains [name, task] if {
	some [name, task] in ecs_definitions
	not ecs_is_windows(task)
}

# What an intrinsic function or a placeholder of a deploy tool fills in, or is not what is expected there.
ecs_unread := {"Fn::Unread": true}

ecs_is_unread(value) if {
	is_object(value)
	some key, _ in value
	regex.match(`^(Ref$|Fn::)`, key)
}

ecs_is_unread(value) if {
	is_string(value)
	regex.match(`\$\{[^}]+\}|\{\{.+\}\}`, value)
}

# A member by its name in the API or in CloudFormation; null where it is not there.
ecs_member(owner, _) := null if is_null(owner)

ecs_member(owner, _) := ecs_unread if {
	not is_null(owner)
	not is_object(owner)
}

ecs_member(owner, _) := ecs_unread if {
	is_object(owner)
	ecs_is_unread(owner)
}

ecs_member(owner, name) := value if {
	is_object(owner)
	not ecs_is_unread(owner)
	value := object.get(owner, name, object.get(owner, ecs_cloudformation_name(name), null))
}

ecs_cloudformation_name(name) := ecs_irregular_names[name]

ecs_cloudformation_name(name) := concat("", [upper(substring(name, 0, 1)), substring(name, 1, -1)]) if {
	not ecs_irregular_names[name]
}

# The elements of a list that can be read.
ecs_list(value) := [element | some element in value; not ecs_is_unread(element)] if is_array(value)

ecs_list(value) := [] if not is_array(value)

ecs_first(value) := value[0] if {
	is_array(value)
	count(value) > 0
}

ecs_first(value) := null if not is_array(value)

ecs_first(value) := null if value == []

# Whether all of a list can be read, with these members of its elements.
ecs_is_read(list, _) if is_null(list)

ecs_is_read(list, members) if {
	is_array(list)
	count([1 | some element in list; ecs_is_unread(element)]) == 0
	count([1 | some element in list; some name in members; ecs_is_unread(ecs_member(element, name))]) == 0
}

ecs_is_filled(value) if {
	not is_null(value)
	not ecs_is_unread(value)
	not value in [{}, []]
	not ecs_is_blank(value)
}

ecs_is_blank(value) if {
	is_string(value)
	trim_space(value) == ""
}

ecs_flag(value) := value if is_boolean(value)

ecs_flag(value) := lower(value) == "true" if {
	is_string(value)
	lower(value) in ["true", "false"]
}

ecs_is_off(value) if ecs_flag(value) == false

ecs_is_text(value, form) if {
	is_string(value)
	not ecs_is_unread(value)
	ecs_matches(form, value)
}

# What a member says: one of several kinds of statements.
ecs_says(value, "absent", _) if is_null(value)

ecs_says(value, "flag", wanted) if ecs_flag(value) == wanted

ecs_says(value, "filled", _) if ecs_is_filled(value)

ecs_says(value, "used", _) if {
	ecs_is_filled(value)
	not ecs_is_off(value)
}

ecs_says(value, "text", form) if ecs_is_text(value, form)

ecs_says(value, "written", form) if {
	is_string(value)
	ecs_matches(form, value)
}

ecs_says(value, "other text", form) if {
	is_string(value)
	not ecs_is_unread(value)
	not ecs_matches(form, value)
}

ecs_says(value, "scalar", form) if {
	is_number(value)
	ecs_matches(form, format_int(value, 10))
}

ecs_says(value, "scalar", form) if ecs_is_text(value, form)

ecs_says(value, "above", most) if {
	is_number(value)
	value > most
}

ecs_says(value, "above", most) if {
	is_string(value)
	regex.match(`^\s*0*[1-9][0-9]*\s*$`, value)
	to_number(trim_left(trim_space(value), "0")) > most
}

ecs_says(value, "same", other) if {
	is_string(value)
	is_string(other)
	trim_space(value) == trim_space(other)
	not ecs_is_blank(value)
}

ecs_says(value, "same", other) if {
	ecs_is_unread(value)
	value == other
}

# A form is one expression, or several of which one has to match.
ecs_matches(form, text) if {
	is_string(form)
	regex.match(form, text)
}

ecs_matches(form, text) if {
	is_array(form)
	some one in form
	regex.match(one, text)
}

# Launch types that the task is for, as far as it says.
ecs_targets(task) := listed if {
	listed := ecs_named_targets(ecs_member(task, "requiresCompatibilities"))
	count(listed) > 0
}

ecs_targets(task) := ecs_named_targets(ecs_member(task, "compatibilities")) if {
	count(ecs_named_targets(ecs_member(task, "requiresCompatibilities"))) == 0
	ecs_is_read(ecs_member(task, "requiresCompatibilities"), [])
}

ecs_named_targets(list) := {name | some name in ecs_list(list)} if ecs_is_read(list, [])

ecs_named_targets(list) := {"unread"} if not ecs_is_read(list, [])

ecs_is_for_others_than(task, _) if count(ecs_targets(task)) == 0

ecs_is_for_others_than(task, types) if count(ecs_targets(task) - types) > 0

# Windows is told by its family, or shown by drive letters, shells, images and accounts of Windows.
ecs_family(task) := ecs_member(ecs_member(task, "runtimePlatform"), "operatingSystemFamily")

ecs_is_windows(task) if ecs_is_text(ecs_family(task), ecs_windows_family)

ecs_is_windows(task) if {
	not ecs_is_text(ecs_family(task), ecs_windows_family)
	not ecs_is_surely_linux(task)
	ecs_shows_windows(task)
}

ecs_is_surely_linux(task) if ecs_is_unread(ecs_family(task))

ecs_is_surely_linux(task) if ecs_is_text(ecs_family(task), ecs_linux_family)

ecs_is_surely_linux(task) if "FARGATE" in ecs_targets(task)

ecs_is_surely_linux(task) if ecs_targets(task) == {"MANAGED_INSTANCES"}

ecs_finding(pass, place, text) := {
	"msg": concat(": ", [concat(", ", place), text]),
	"pass": pass,
	"place": place,
}

ecs_title(kind, owner) := concat(" ", [kind, ecs_member(owner, "name")]) if is_string(ecs_member(owner, "name"))

ecs_title(kind, owner) := concat(" ", ["a", kind, "without a name"]) if not is_string(ecs_member(owner, "name"))
