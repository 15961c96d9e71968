# Rules in Rego v1, written by `ecs-harden export-rules`. Edits are lost when it is written again.
# For templates with AWS::ECS::TaskDefinition in JSON or YAML, for the input of `aws ecs register-task-definition` and for the output of
# `aws ecs describe-task-definition`: conftest test --policy DIRECTORY FILE, or opa eval --data FILE --input FILE data.main.deny
# What is low is a warning (`warn`), as it does not decide the exit status of `check`.
#
# What `ecs-harden check` finds and these rules do not:
# - what depends on a value that an intrinsic function or a placeholder fills in: it passes here, as it does there without --strict
# - what settings, waivers and decisions of a policy change: these are the rules without a policy
# - excess-capabilities, in part; left out: privileged containers; which of the other capabilities a container needs, by its user after the run and by its image; an image that is known to need what is called weak
# - invalid-definition, all of it: what ECS refuses when a definition is registered, most of which looks at several members at once
# - new-privileges, in part; left out: a list that says it twice, of which the last one counts
# - plaintext-secret, in part; left out: credentials that are told by their value, or by name and value together: other variables, options of log drivers, commands, labels, volume drivers
# - sensitive-host-mount, in part; left out: paths with `.` and `..` in them, and which containers have a mount by `volumesFrom`
# - shared-execution-role, in part; left out: one role in two spellings, such as a name and an ARN
package main

import rego.v1

# blocking-log-delivery: a container may hang while its logs cannot be delivered
warn contains ecs_finding("blocking-log-delivery", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(ecs_member(container, "logConfiguration"), "logDriver"), "text", `^\s*awslogs\s*$`)
	ecs_says(ecs_member(ecs_member(ecs_member(container, "logConfiguration"), "options"), "mode"), "text", `^\s*blocking\s*$`)
	text := `low: a container hangs while its logs cannot be delivered [blocking-log-delivery, ecs_task_definitions_logging_block_mode]; next: ecs-harden explain blocking-log-delivery tells what to do`
}

warn contains ecs_finding("blocking-log-delivery", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(ecs_member(container, "logConfiguration"), "logDriver"), "text", `^\s*awslogs\s*$`)
	ecs_says(ecs_member(ecs_member(ecs_member(container, "logConfiguration"), "options"), "mode"), "absent", true)
	text := `low: a container leaves it to its account whether it hangs while its logs cannot be delivered [blocking-log-delivery, ecs_task_definitions_logging_block_mode]; next: ecs-harden explain blocking-log-delivery tells what to do`
}

warn contains ecs_finding("blocking-log-delivery", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(ecs_member(container, "logConfiguration"), "logDriver"), "text", `^\s*awslogs\s*$`)
	ecs_says(ecs_member(ecs_member(ecs_member(container, "logConfiguration"), "options"), "mode"), "text", `^\s*$`)
	text := `low: a container leaves it to its account whether it hangs while its logs cannot be delivered [blocking-log-delivery, ecs_task_definitions_logging_block_mode]; next: ecs-harden explain blocking-log-delivery tells what to do`
}

# excess-capabilities: a container has Linux capabilities that it does not need
deny contains ecs_finding("excess-capabilities", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "privileged"), "absent", true)
	some item_1 in ecs_list(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "add"))
	ecs_says(item_1, "text", `(?i)^\s*(cap_)?(ALL|AUDIT_CONTROL|BPF|DAC_READ_SEARCH|MAC_ADMIN|MAC_OVERRIDE|NET_ADMIN|PERFMON|SYS_ADMIN|SYS_BOOT|SYS_MODULE|SYS_RAWIO|SYS_TIME)\s*$`)
	text := `high: a container adds a capability that reaches past it [excess-capabilities, FG_R00362]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain excess-capabilities`
}

deny contains ecs_finding("excess-capabilities", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "privileged"), "flag", false)
	some item_1 in ecs_list(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "add"))
	ecs_says(item_1, "text", `(?i)^\s*(cap_)?(ALL|AUDIT_CONTROL|BPF|DAC_READ_SEARCH|MAC_ADMIN|MAC_OVERRIDE|NET_ADMIN|PERFMON|SYS_ADMIN|SYS_BOOT|SYS_MODULE|SYS_RAWIO|SYS_TIME)\s*$`)
	text := `high: a container adds a capability that reaches past it [excess-capabilities, FG_R00362]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain excess-capabilities`
}

deny contains ecs_finding("excess-capabilities", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "privileged"), "absent", true)
	ecs_is_read(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "drop"), [])
	count([1 | some item_1 in ecs_list(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "drop")); ecs_says(item_1, "text", `(?i)^\s*(cap_)?(ALL|NET_RAW)\s*$`)]) == 0
	ecs_is_read(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "add"), [])
	count([1 | some item_2 in ecs_list(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "add")); ecs_says(item_2, "text", `(?i)^\s*(cap_)?(ALL|NET_RAW)\s*$`)]) == 0
	text := `high: a container has NET_RAW, which next to nothing needs [excess-capabilities, FG_R00362]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain excess-capabilities`
}

deny contains ecs_finding("excess-capabilities", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "privileged"), "flag", false)
	ecs_is_read(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "drop"), [])
	count([1 | some item_1 in ecs_list(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "drop")); ecs_says(item_1, "text", `(?i)^\s*(cap_)?(ALL|NET_RAW)\s*$`)]) == 0
	ecs_is_read(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "add"), [])
	count([1 | some item_2 in ecs_list(ecs_member(ecs_member(ecs_member(container, "linuxParameters"), "capabilities"), "add")); ecs_says(item_2, "text", `(?i)^\s*(cap_)?(ALL|NET_RAW)\s*$`)]) == 0
	text := `high: a container has NET_RAW, which next to nothing needs [excess-capabilities, FG_R00362]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain excess-capabilities`
}

# host-ipc-namespace: a task shares memory and message queues with its host
deny contains ecs_finding("host-ipc-namespace", [name], text) if {
	some [name, task] in ecs_definitions
	ecs_says(ecs_member(task, "ipcMode"), "text", `^host$`)
	text := `medium: the task shares memory and message queues with its host [host-ipc-namespace]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain host-ipc-namespace`
}

# host-network-mode: a task uses the network of its host
deny contains ecs_finding("host-network-mode", [name], text) if {
	some [name, task] in ecs_definitions
	ecs_says(ecs_member(task, "networkMode"), "text", `^host$`)
	text := `medium: the task uses the network of its host [host-network-mode, ECS.17]; next: ecs-harden explain host-network-mode tells what to do`
}

# host-pid-namespace: a task shares the processes of its host
deny contains ecs_finding("host-pid-namespace", [name], text) if {
	some [name, task] in ecs_definitions
	ecs_says(ecs_member(task, "pidMode"), "text", `^host$`)
	text := `high: the task shares the processes of its host [host-pid-namespace, ECS.3, CT.ECS.PR.10]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain host-pid-namespace`
}

# missing-cpu-limit: nothing says how much cpu a container may use, or is sure of
warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "absent", true)
	text := `low: a container has neither a share of cpu nor a limit [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "scalar", `^\s*\+?0+\s*$`)
	text := `low: a container has neither a share of cpu nor a limit [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "scalar", `(?i)^\s*(0+|(0+\.?0{0,6}|\.0{1,6})\s*vcpu)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "absent", true)
	text := `low: a container has neither a share of cpu nor a limit [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "scalar", `(?i)^\s*(0+|(0+\.?0{0,6}|\.0{1,6})\s*vcpu)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "scalar", `^\s*\+?0+\s*$`)
	text := `low: a container has neither a share of cpu nor a limit [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "absent", true)
	text := `low: a container has no cpu, which Windows takes for 1 % of a core [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "scalar", `^\s*\+?0+\s*$`)
	text := `low: a container has no cpu, which Windows takes for 1 % of a core [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "scalar", `(?i)^\s*([0-9]+|([0-9]+\.?[0-9]{0,6}|\.[0-9]{1,6})\s*vcpu)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "absent", true)
	text := `low: a container has no cpu, which Windows takes for 1 % of a core [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

warn contains ecs_finding("missing-cpu-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "cpu"), "scalar", `(?i)^\s*([0-9]+|([0-9]+\.?[0-9]{0,6}|\.[0-9]{1,6})\s*vcpu)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "cpu"), "scalar", `^\s*\+?0+\s*$`)
	text := `low: a container has no cpu, which Windows takes for 1 % of a core [missing-cpu-limit]; next: ecs-harden explain missing-cpu-limit tells what to do`
}

# missing-log-configuration: nothing says where the logs of a container go
deny contains ecs_finding("missing-log-configuration", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(ecs_member(container, "logConfiguration"), "logDriver"), "absent", true)
	text := `high: nothing says where the logs of a container go [missing-log-configuration, ECS.9, CT.ECS.PR.5]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain missing-log-configuration`
}

deny contains ecs_finding("missing-log-configuration", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(ecs_member(container, "logConfiguration"), "logDriver"), "text", `^\s*$`)
	text := `high: nothing says where the logs of a container go [missing-log-configuration, ECS.9, CT.ECS.PR.5]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain missing-log-configuration`
}

# missing-memory-limit: nothing bounds the memory of a container but its instance
warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "absent", true)
	text := `low: a container may take all memory of its instance [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do`
}

warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "scalar", `^\s*\+?0+\s*$`)
	text := `low: a container may take all memory of its instance [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do`
}

warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "scalar", `(?i)^\s*(0+|(0+\.?0{0,6}|\.0{1,6})\s*gb)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "absent", true)
	text := `low: a container may take all memory of its instance [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do`
}

warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "scalar", `(?i)^\s*(0+|(0+\.?0{0,6}|\.0{1,6})\s*gb)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "scalar", `^\s*\+?0+\s*$`)
	text := `low: a container may take all memory of its instance [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do`
}

warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "absent", true)
	text := "low: a container may take all memory of its instance: on Windows `memory` of the task is ignored [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do"
}

warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "absent", true)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "scalar", `^\s*\+?0+\s*$`)
	text := "low: a container may take all memory of its instance: on Windows `memory` of the task is ignored [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do"
}

warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "scalar", `(?i)^\s*([0-9]+|([0-9]+\.?[0-9]{0,6}|\.[0-9]{1,6})\s*gb)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "absent", true)
	text := "low: a container may take all memory of its instance: on Windows `memory` of the task is ignored [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do"
}

warn contains ecs_finding("missing-memory-limit", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	ecs_is_for_others_than(task, {"FARGATE"})
	ecs_says(ecs_member(task, "memory"), "scalar", `(?i)^\s*([0-9]+|([0-9]+\.?[0-9]{0,6}|\.[0-9]{1,6})\s*gb)\s*$`)
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "memory"), "scalar", `^\s*\+?0+\s*$`)
	text := "low: a container may take all memory of its instance: on Windows `memory` of the task is ignored [missing-memory-limit, CT.ECS.PR.7]; next: ecs-harden explain missing-memory-limit tells what to do"
}

# mutable-image-tag: an image is named by a tag, and not by its digest
warn contains ecs_finding("mutable-image-tag", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "image"), "other text", `^[^@]*@(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})\s*$`)
	text := `low: a container runs whatever a tag of its image means when it is looked up [mutable-image-tag]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain mutable-image-tag`
}

# new-privileges: programs of a container may gain privileges that it was not started with
warn contains ecs_finding("new-privileges", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	ecs_is_for_others_than(task, {"FARGATE", "MANAGED_INSTANCES"})
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_is_read(ecs_member(container, "dockerSecurityOptions"), [])
	count([1 | some item_1 in ecs_list(ecs_member(container, "dockerSecurityOptions")); ecs_says(item_1, "text", `^\s*no-new-privileges([:=]\s*(1|t|T|true|True|TRUE))?\s*$`)]) == 0
	text := `low: programs of a container can gain privileges that it was not started with [new-privileges]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain new-privileges`
}

# plaintext-secret: a credential stands in plain text
deny contains ecs_finding("plaintext-secret", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "environment"))
	ecs_says(ecs_member(item_1, "name"), "text", `^(AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|ECS_ENGINE_AUTH_DATA)$`)
	text := `high: a variable whose name is that of a credential of AWS holds it in plain text [plaintext-secret, ECS.8, CT.ECS.PR.12]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain plaintext-secret`
}

# privileged-container: a container has the powers of root on its host
deny contains ecs_finding("privileged-container", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "privileged"), "flag", true)
	text := `high: a container is privileged: root on its host [privileged-container, ECS.4, CT.ECS.PR.11]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain privileged-container`
}

# root-user: a container runs as root, or as whoever its image says
deny contains ecs_finding("root-user", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "user"), "absent", true)
	text := `medium: a container runs as root, or as whoever its image says [root-user, ECS.20, ECS.21, CT.ECS.PR.3]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain root-user`
}

deny contains ecs_finding("root-user", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "user"), "scalar", `^\s*$`)
	text := `medium: a container runs as root, or as whoever its image says [root-user, ECS.20, ECS.21, CT.ECS.PR.3]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain root-user`
}

deny contains ecs_finding("root-user", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "user"), "scalar", `^\s*(root|[+-]*0*)\s*(:[\w.+\\\s-]*)*$`)
	text := `medium: a container runs as root, or as whoever its image says [root-user, ECS.20, ECS.21, CT.ECS.PR.3]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain root-user`
}

deny contains ecs_finding("root-user", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "user"), "absent", true)
	text := `medium: a container runs as ContainerAdministrator, or as whoever its image says [root-user, ECS.20, ECS.21, CT.ECS.PR.3]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain root-user`
}

deny contains ecs_finding("root-user", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "user"), "scalar", `^\s*$`)
	text := `medium: a container runs as ContainerAdministrator, or as whoever its image says [root-user, ECS.20, ECS.21, CT.ECS.PR.3]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain root-user`
}

deny contains ecs_finding("root-user", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_windows
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "user"), "scalar", `(?i)^\s*containeradministrator\s*(:[\w.+\\\s-]*)*$`)
	text := `medium: a container runs as ContainerAdministrator, or as whoever its image says [root-user, ECS.20, ECS.21, CT.ECS.PR.3]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain root-user`
}

# sensitive-host-mount: a container mounts a sensitive place of its host
deny contains ecs_finding("sensitive-host-mount", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "mountPoints"))
	some item_2 in ecs_list(ecs_member(task, "volumes"))
	ecs_member(item_2, "name") == ecs_member(item_1, "sourceVolume")
	ecs_says(ecs_member(ecs_member(item_2, "host"), "sourcePath"), "text", ecs_places_sensitive_to_read)
	ecs_says(ecs_member(ecs_member(item_2, "host"), "sourcePath"), "other text", ecs_places_harmless_to_read)
	text := `high: a container mounts a sensitive place of its host [sensitive-host-mount]; next: ecs-harden explain sensitive-host-mount tells what to do`
}

deny contains ecs_finding("sensitive-host-mount", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "mountPoints"))
	some item_3 in ecs_list(ecs_member(task, "volumes"))
	ecs_member(item_3, "name") == ecs_member(item_1, "sourceVolume")
	ecs_says(ecs_member(ecs_member(item_3, "host"), "sourcePath"), "absent", true)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "o"), "text", `(^|,)\s*r?bind\s*(,|$)`)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "device"), "text", ecs_places_sensitive_to_read)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "device"), "other text", ecs_places_harmless_to_read)
	text := `high: a container mounts a sensitive place of its host [sensitive-host-mount]; next: ecs-harden explain sensitive-host-mount tells what to do`
}

deny contains ecs_finding("sensitive-host-mount", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "mountPoints"))
	ecs_says(ecs_member(item_1, "readOnly"), "absent", true)
	some item_2 in ecs_list(ecs_member(task, "volumes"))
	ecs_member(item_2, "name") == ecs_member(item_1, "sourceVolume")
	ecs_says(ecs_member(ecs_member(item_2, "host"), "sourcePath"), "text", ecs_sensitive_places)
	ecs_says(ecs_member(ecs_member(item_2, "host"), "sourcePath"), "other text", ecs_harmless_places)
	text := `high: a container mounts a sensitive place of its host, and can write there [sensitive-host-mount]; next: ecs-harden explain sensitive-host-mount tells what to do`
}

deny contains ecs_finding("sensitive-host-mount", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "mountPoints"))
	ecs_says(ecs_member(item_1, "readOnly"), "absent", true)
	some item_3 in ecs_list(ecs_member(task, "volumes"))
	ecs_member(item_3, "name") == ecs_member(item_1, "sourceVolume")
	ecs_says(ecs_member(ecs_member(item_3, "host"), "sourcePath"), "absent", true)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "o"), "text", `(^|,)\s*r?bind\s*(,|$)`)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "device"), "text", ecs_sensitive_places)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "device"), "other text", ecs_harmless_places)
	text := `high: a container mounts a sensitive place of its host, and can write there [sensitive-host-mount]; next: ecs-harden explain sensitive-host-mount tells what to do`
}

deny contains ecs_finding("sensitive-host-mount", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "mountPoints"))
	ecs_says(ecs_member(item_1, "readOnly"), "flag", false)
	some item_2 in ecs_list(ecs_member(task, "volumes"))
	ecs_member(item_2, "name") == ecs_member(item_1, "sourceVolume")
	ecs_says(ecs_member(ecs_member(item_2, "host"), "sourcePath"), "text", ecs_sensitive_places)
	ecs_says(ecs_member(ecs_member(item_2, "host"), "sourcePath"), "other text", ecs_harmless_places)
	text := `high: a container mounts a sensitive place of its host, and can write there [sensitive-host-mount]; next: ecs-harden explain sensitive-host-mount tells what to do`
}

deny contains ecs_finding("sensitive-host-mount", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_definitions
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "mountPoints"))
	ecs_says(ecs_member(item_1, "readOnly"), "flag", false)
	some item_3 in ecs_list(ecs_member(task, "volumes"))
	ecs_member(item_3, "name") == ecs_member(item_1, "sourceVolume")
	ecs_says(ecs_member(ecs_member(item_3, "host"), "sourcePath"), "absent", true)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "o"), "text", `(^|,)\s*r?bind\s*(,|$)`)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "device"), "text", ecs_sensitive_places)
	ecs_says(ecs_member(ecs_member(ecs_member(item_3, "dockerVolumeConfiguration"), "driverOpts"), "device"), "other text", ecs_harmless_places)
	text := `high: a container mounts a sensitive place of its host, and can write there [sensitive-host-mount]; next: ecs-harden explain sensitive-host-mount tells what to do`
}

# shared-execution-role: a task runs with the role by which ECS starts it
warn contains ecs_finding("shared-execution-role", [name], text) if {
	some [name, task] in ecs_definitions
	ecs_says(ecs_member(task, "taskRoleArn"), "same", ecs_member(task, "executionRoleArn"))
	text := `low: the programs of the task have its execution role [shared-execution-role, CKV_AWS_249]; next: ecs-harden explain shared-execution-role tells what to do`
}

# unbounded-open-files: a container names no limit for the files that it may hold open
warn contains ecs_finding("unbounded-open-files", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_is_read(ecs_member(container, "ulimits"), ["name"])
	count([1 | some item_1 in ecs_list(ecs_member(container, "ulimits")); ecs_says(ecs_member(item_1, "name"), "text", `(?i)^\s*nofile\s*$`)]) == 0
	text := `low: a container names no limit for the files that it may hold open [unbounded-open-files]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain unbounded-open-files`
}

warn contains ecs_finding("unbounded-open-files", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "ulimits"))
	ecs_says(ecs_member(item_1, "name"), "text", `(?i)^\s*nofile\s*$`)
	ecs_says(ecs_member(item_1, "hardLimit"), "absent", true)
	text := `low: a container may hold more files open than is good for its host [unbounded-open-files]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain unbounded-open-files`
}

warn contains ecs_finding("unbounded-open-files", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "ulimits"))
	ecs_says(ecs_member(item_1, "name"), "text", `(?i)^\s*nofile\s*$`)
	ecs_says(ecs_member(item_1, "hardLimit"), "above", 1048576)
	text := `low: a container may hold more files open than is good for its host [unbounded-open-files]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain unbounded-open-files`
}

warn contains ecs_finding("unbounded-open-files", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_1 in ecs_list(ecs_member(container, "ulimits"))
	ecs_says(ecs_member(item_1, "name"), "text", `(?i)^\s*nofile\s*$`)
	ecs_says(ecs_member(item_1, "hardLimit"), "scalar", `^\s*-1\s*$`)
	text := `low: a container may hold more files open than is good for its host [unbounded-open-files]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain unbounded-open-files`
}

# unencrypted-efs-transit: what a task reads from EFS and writes to it crosses the network in the clear
deny contains ecs_finding("unencrypted-efs-transit", [name, ecs_title("volume", volume)], text) if {
	some [name, task] in ecs_on_others
	some volume in ecs_list(ecs_member(task, "volumes"))
	ecs_says(ecs_member(volume, "efsVolumeConfiguration"), "filled", true)
	ecs_says(ecs_member(ecs_member(volume, "efsVolumeConfiguration"), "transitEncryption"), "absent", true)
	text := `medium: a volume is EFS without encryption in transit [unencrypted-efs-transit, ECS.18]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain unencrypted-efs-transit`
}

deny contains ecs_finding("unencrypted-efs-transit", [name, ecs_title("volume", volume)], text) if {
	some [name, task] in ecs_on_others
	some volume in ecs_list(ecs_member(task, "volumes"))
	ecs_says(ecs_member(volume, "efsVolumeConfiguration"), "filled", true)
	ecs_says(ecs_member(ecs_member(volume, "efsVolumeConfiguration"), "transitEncryption"), "other text", `(?i)^\s*ENABLED\s*$`)
	text := `medium: a volume is EFS without encryption in transit [unencrypted-efs-transit, ECS.18]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain unencrypted-efs-transit`
}

# writable-root-filesystem: a container can write to the files of its image
deny contains ecs_finding("writable-root-filesystem", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "readonlyRootFilesystem"), "absent", true)
	text := `high: a container can write to the files of its image [writable-root-filesystem, ECS.5, CT.ECS.PR.6]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain writable-root-filesystem`
}

deny contains ecs_finding("writable-root-filesystem", [name, ecs_title("container", container)], text) if {
	some [name, task] in ecs_on_others
	some container in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(container, "readonlyRootFilesystem"), "flag", false)
	text := `high: a container can write to the files of its image [writable-root-filesystem, ECS.5, CT.ECS.PR.6]; next: ecs-harden fix, on the definition as JSON, mends what an edit can mend; see ecs-harden explain writable-root-filesystem`
}

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

ecs_irregular_names := {
	"efsVolumeConfiguration": "EFSVolumeConfiguration",
	"fsxWindowsFileServerVolumeConfiguration": "FSxWindowsFileServerVolumeConfiguration",
	"s3filesVolumeConfiguration": "S3FilesVolumeConfiguration",
}

ecs_windows_family := `(?i)^windows`

ecs_linux_family := `(?i)^linux$`

ecs_is_surely_linux(task) if {
	ecs_says(ecs_member(task, "networkMode"), "text", `^(bridge|host|none)$`)
}

ecs_is_surely_linux(task) if {
	ecs_says(ecs_member(task, "pidMode"), "used", true)
}

ecs_is_surely_linux(task) if {
	ecs_says(ecs_member(task, "ipcMode"), "used", true)
}

ecs_is_surely_linux(task) if {
	ecs_says(ecs_member(task, "proxyConfiguration"), "used", true)
}

ecs_is_surely_linux(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "privileged"), "used", true)
}

ecs_is_surely_linux(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "readonlyRootFilesystem"), "used", true)
}

ecs_is_surely_linux(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "linuxParameters"), "used", true)
}

ecs_is_surely_linux(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "ulimits"), "used", true)
}

ecs_is_surely_linux(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "systemControls"), "used", true)
}

ecs_is_surely_linux(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "firelensConfiguration"), "used", true)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "volumes"))
	ecs_says(ecs_member(item_1, "fsxWindowsFileServerVolumeConfiguration"), "used", true)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "volumes"))
	ecs_says(ecs_member(ecs_member(item_1, "host"), "sourcePath"), "written", `(?i)^[a-z]:\\`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "image"), "text", `(?i)servercore|nanoserver|/windows|ltsc20`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_first(ecs_member(item_1, "command")), "written", `(?i)^\s*((\S*\\)?(powershell|cmd)|\S*\.exe)(\s|$)|^[a-z]:\\`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_first(ecs_member(item_1, "entryPoint")), "written", `(?i)^\s*((\S*\\)?(powershell|cmd)|\S*\.exe)(\s|$)|^[a-z]:\\`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_2 in ecs_list(ecs_member(item_1, "command"))
	ecs_says(item_2, "written", `(?i)^[a-z]:\\`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_3 in ecs_list(ecs_member(item_1, "entryPoint"))
	ecs_says(item_3, "written", `(?i)^[a-z]:\\`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	some item_4 in ecs_list(ecs_member(item_1, "mountPoints"))
	ecs_says(ecs_member(item_4, "containerPath"), "written", `(?i)^[a-z]:\\`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "workingDirectory"), "written", `(?i)^[a-z]:\\`)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "credentialSpecs"), "used", true)
}

ecs_shows_windows(task) if {
	some item_1 in ecs_list(ecs_member(task, "containerDefinitions"))
	ecs_says(ecs_member(item_1, "user"), "text", `(?i)^(ContainerAdministrator|ContainerUser)$`)
}

ecs_harmless_places := [
	`^\s*/+dev/+shm(/.*)?\s*$`,
	`^\s*/+dev/+null(/.*)?\s*$`,
]

ecs_places_harmless_to_read := [
	`^\s*/+dev/+shm(/.*)?\s*$`,
	`^\s*/+dev/+null(/.*)?\s*$`,
	`^\s*/+etc/+localtime(/.*)?\s*$`,
	`^\s*/+etc/+timezone(/.*)?\s*$`,
	`^\s*/+etc/+hostname(/.*)?\s*$`,
	`^\s*/+etc/+hosts(/.*)?\s*$`,
	`^\s*/+etc/+resolv\.conf(/.*)?\s*$`,
	`^\s*/+etc/+os-release(/.*)?\s*$`,
	`^\s*/+etc/+machine-id(/.*)?\s*$`,
	`^\s*/+etc/+passwd(/.*)?\s*$`,
	`^\s*/+etc/+group(/.*)?\s*$`,
	`^\s*/+etc/+ssl/+certs(/.*)?\s*$`,
	`^\s*/+etc/+pki/+ca-trust(/.*)?\s*$`,
	`^\s*/+etc/+pki/+tls/+certs(/.*)?\s*$`,
	`^\s*/+etc/+ca-certificates(/.*)?\s*$`,
]

ecs_places_sensitive_to_read := [
	`^\s*/+/*\s*$`,
	`^\s*(/+var)?/+run/+docker\.sock(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+docker(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+containerd(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+crio(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+podman(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+dbus(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+systemd(/.*)?\s*$`,
	`^\s*(/+var)?/+run/*\s*$`,
	`^\s*/+proc(/.*)?\s*$`,
	`^\s*/+sys(/.*)?\s*$`,
	`^\s*/+dev(/.*)?\s*$`,
	`^\s*/+etc(/.*)?\s*$`,
	`^\s*/+root(/.*)?\s*$`,
	`^\s*/+home(/.*)?\s*$`,
	`^\s*/+boot(/.*)?\s*$`,
	`^\s*/+var/+lib/+docker(/.*)?\s*$`,
	`^\s*/+var/+lib/+containerd(/.*)?\s*$`,
	`^\s*/+var/+lib/+ecs(/.*)?\s*$`,
	`^\s*/+var/*\s*$`,
	`^\s*/+var/+lib/*\s*$`,
	`^\s*(?i:[\\/]{2}\.[\\/]+pipe[\\/]+docker_engine)([\\/].*)?\s*$`,
	`^\s*(?i:[\\/]{2}\.[\\/]+pipe[\\/]+containerd-containerd)([\\/].*)?\s*$`,
	`^\s*(?i:c:)[\\/]*\s*$`,
	`^\s*(?i:c:[\\/]+windows)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+users)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+programdata)[\\/]*\s*$`,
	`^\s*(?i:c:[\\/]+programdata[\\/]+docker)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+programdata[\\/]+amazon)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+programdata[\\/]+ssh)([\\/].*)?\s*$`,
]

ecs_sensitive_places := [
	`^\s*/+/*\s*$`,
	`^\s*(/+var)?/+run/+docker\.sock(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+docker(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+containerd(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+crio(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+podman(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+dbus(/.*)?\s*$`,
	`^\s*(/+var)?/+run/+systemd(/.*)?\s*$`,
	`^\s*(/+var)?/+run/*\s*$`,
	`^\s*/+proc(/.*)?\s*$`,
	`^\s*/+sys(/.*)?\s*$`,
	`^\s*/+dev(/.*)?\s*$`,
	`^\s*/+etc(/.*)?\s*$`,
	`^\s*/+root(/.*)?\s*$`,
	`^\s*/+home(/.*)?\s*$`,
	`^\s*/+boot(/.*)?\s*$`,
	`^\s*/+var/+lib/+docker(/.*)?\s*$`,
	`^\s*/+var/+lib/+containerd(/.*)?\s*$`,
	`^\s*/+var/+lib/+ecs(/.*)?\s*$`,
	`^\s*/+var/*\s*$`,
	`^\s*/+var/+lib/*\s*$`,
	`^\s*/+usr(/.*)?\s*$`,
	`^\s*/+bin(/.*)?\s*$`,
	`^\s*/+sbin(/.*)?\s*$`,
	`^\s*/+lib(/.*)?\s*$`,
	`^\s*/+lib64(/.*)?\s*$`,
	`^\s*(?i:[\\/]{2}\.[\\/]+pipe[\\/]+docker_engine)([\\/].*)?\s*$`,
	`^\s*(?i:[\\/]{2}\.[\\/]+pipe[\\/]+containerd-containerd)([\\/].*)?\s*$`,
	`^\s*(?i:c:)[\\/]*\s*$`,
	`^\s*(?i:c:[\\/]+windows)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+users)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+programdata)[\\/]*\s*$`,
	`^\s*(?i:c:[\\/]+programdata[\\/]+docker)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+programdata[\\/]+amazon)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+programdata[\\/]+ssh)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+program files)([\\/].*)?\s*$`,
	`^\s*(?i:c:[\\/]+program files \(x86\))([\\/].*)?\s*$`,
]
