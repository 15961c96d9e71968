//! The words that sentences of AWS are made of: events of services, reasons of deployments and stopped tasks, errors (ECS developer guide,
//! "Amazon ECS service event messages" and "Stopped tasks error messages"; the API models and "Common error types"). A word that is
//! missing is masked, so the list is about being understood, not about being safe.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The prefixes of actions.
pub(super) const SERVICES: [&str; 16] = [
    "application-autoscaling",
    "cloudwatch",
    "codedeploy",
    "ecr",
    "ecs",
    "elasticfilesystem",
    "elasticloadbalancing",
    "events",
    "iam",
    "kms",
    "logs",
    "scheduler",
    "secretsmanager",
    "servicediscovery",
    "ssm",
    "sts",
];

const WORDS: &str = "
a able aborted about above absent accept accepted access account across act action actions active activity add added adding additional
address addresses after again against agent alarm alarms all allocate allocated allow allowed allows already also always amazon amount an
and another any api app appear appears application application-autoscaling applications applied apply appspec appspeccontent architecture
are argument arguments arm64 arn arns array as asg asm assign assigned assignpublicip associated assume assumed assumerole at attach
attached attempt attempts attribute attributes auth authenticate authentication authorization authorized automatic automatically
autoscaling availability available avoid await awaiting aws awsfirelens awslogs awsvpc back bake balancer balancers based basic be because
been before began begin begun being below between bind blank block blocking blue bluegreen boolean both bound boundary breaker bridge
bucket build busy but by bytes cache calculated call called calls can canary canceled cancelled cannot cannotcreatevolumeerror
cannotinspectcontainererror cannotpullcontainererror cannotpullimagemanifesterror cannotstartcontainererror cannotstopcontainererror cap
capabilities capability capacity caused causes certificate change changed changes character characters check checking checks circuit class
client clientexception closest cloudwatch cluster clusterarn clusters code codedeploy codes com combination command compatibilities
compatible complete completed completes completing compute computeddesiredcount concurrent condition conditions configuration
configurations configured conflict conflicts connect connection connections consistency consistently constraint constraints consult
contact contain contained container containerarn containerdefinition containerdefinitions containerexited containername containerport
containerruntimeerror containerruntimetimeouterror containers contains content context continue control controller controllers converted
copies correct correctly could count cpu cpuarchitecture cpus create created creates creating creation credential credentials current
currently daemon data date day days deadline decode decrypt default defined definition definitions delete deleted deleting denied denies
deny dependency dependson deploy deployed deploying deployment deploymentconfiguration deploymentcontroller deploymentid deployments
deploys deprecated deregister deregistered deregistering derived describe described describes desired desiredcount destination detail
details detect detected detects determine developer device devices did different digest dimension directory disable disabled disallows
disk disruption distinctinstance dns do docker dockerlabels dockersecurityoptions dockertimeouterror dockervolumeconfiguration
documentation does doesn't domain don't done down draining driver drop due duplicate during each earlier ec2 ecr ecs edit effect efs
efsvolumeconfiguration either elapsed elastic elasticloadbalancing elb empty enable enabled enableecsmanagedtags encoded encoding
encountered encrypted encryption end ended endpoint endpoints ends engine eni enough ensure enter entered entries entry entrypoint
environment environmentfiles ephemeral ephemeralstorage equal error errors essential event events every exact exactly example exceed
exceeded exceeds exception exclude exec executable execute executecommand executed execution executionrole executionrolearn exist existing
exists exit exited expect expected expired expires explicit explicitly express external extra extract fail failed failing fails failure
failures false family fargate fault feature fetch fetching field fields file filename files filesystem find finish finished firelens
firelensconfiguration first flight following follows for forbidden form format formed found free from front full function gateway gb get
getauthorizationtoken gib given global gpu grace greater green group groups guide had handle has hasn't have having health healthcheck
healthcheckgraceperiodseconds healthchecks healthy heartbeat high higher hook hooks host hosting hostname hostpath hostport hosts hour
hours how however http https iam id idempotent identical identifier identity identity-based if ignored image images implicit in inactive
include included includes including incompatible incorrect increase index indicates inference information initialization initiated
initprocessenabled input inside inspect instance instances instead insufficient integer interface internal internalerror internet
interrupted interval into invalid invalidparameterexception invocation invoke ip ipcmode is isn't issue it item items its itself json keep
kept key keys kilobytes kms known lambda large larger last later latest launch launchtype layer layers least length less let letters level
lifecycle like limit limited limits linear link linked links linux linuxparameters list listed listener listeners lists load loadbalancers
local location locked log logconfiguration logdriver logger logging logs logstream long longer longest lost low lower made main
maintenance make managed manifest manual many map mapped mapping mappings match matched matches matching max maximum maximumpercent
maxsize may mb mebibyte mebibytes meet member members memory memoryreservation message messages met method metric mib migration min
minimum minimumhealthypercent minute minutes mismatch missing mode model modified modify month more most mount mounted mounting
mountpoints moved multiple must name named names namespace nearest necessary need needed needs neither network networkconfiguration
networking networkmode never new newer next nginx no nofile non non-blocking none nor not now null number numbers object occur occurred
occurs oci of off older on once one only open operating operatingsystemfamily operation operations option optional options or order os
other others otherwise out outofmemory outofmemoryerror outside over overridden override overrides own owned page parameter parameters
part partial pass passed passrole path pattern paused pausing pending per percent percentage perform performed performing period
permission permissions permitted pid pidmode place placed placement plain platform platformversion platformversions please plugin point
policies policy poll pool port portmappings ports possible post prefix prepare present prevent prevented prevents previous primary
principal private privileged problem process processing production profile program progress progressing propagated propagatetags proper
property protected protocol provide provided provider providers provides proxy proxyconfiguration public publish pull pulled pulling
purpose put quota quotas range rate reach reachable reached read readonly readonlyrootfilesystem ready reason reasons received recent
recommended reconnect redeploy reduce refer reference referenced references refused regex region regional register registered registering
registration registries registry reject rejected relationship relationships release released remote remove removed replace replaced
replacement replica replicas reported repository request requested requestid requests require required requirement requirements requires
requiresattributes requirescompatibilities reservation reserved reset resolve resolved resource resource-based resourceinitializationerror
resources respond response restart restarted restarts result resume resumed retries retrieve retrieved retry retrying return returned
revert reverted reverting revision revisions revisiontype role rolearn roles rollback rolled rolling rollout root route routed routing
rule rules run running runs runtime runtimeid runtimeplatform s s3 same satisfy scale scaled scaling schedule scheduled scheduler
scheduling scope scp second seconds secret secretoptions secrets section security see select selected send sent sequence serialization
server service service-linked serviceconnect serviceconnectconfiguration servicename serviceregistries servicerevision services session
set sets setting settings several sha256 shall shared shift should shut shutdown shutting sidecar sign signature signed signing since
single size slot small smaller so some soon source sourcepath specific specified specify spot stability stable stage staging stale start
started starting starts state stated statement status steady steps still stop stopcode stopped stoppedreason stopping stops storage store
stored stream string strings structure stuck subnet subnets success successful successfully such suffix sum supplied support supported
supports sure suspended sync synthetic system systemcontrols tag tagged tags take taken takes target targetgroup targets task task-set
taskdefinition taskfailedtostart taskrole taskrolearn tasks taskset tasksets temporarily temporary terminate terminated termination test
text than that the their them then there these they this those threshold throttled throttling through time timed timeout times tmpfs to
today together token too total traffic trailing transit transitencryption transition tried trigger troubleshooting true trust try trying
two type types ulimit ulimits unable unavailable undefined under unexpected unexpectedly unhealthy union unique unit units unknown unless
unlimited unmarshal unreachable unrecognized unresponsive unsupported untagged until up update updated updates updateservice updating use
used user users uses using usually valid validate validated validation value values variable variables verify version versionconsistency
versions via view virtual volume volumes volumesfrom vpc wait waited waiting waits was wasn't way we weight well well-formed were what
when where whether which while who whole will windows with within without working working-directory workingdirectory would write written
wrong x86_64 yet you your zero zone zones
";

/// Whether AWS's sentences are made of it, in lower case.
pub(super) fn is_one(word: &str) -> bool {
    static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_whitespace().collect());
    KNOWN.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_in_lower_case() {
        assert!(WORDS.split_whitespace().all(|word| word == word.to_lowercase()));
        assert!(SERVICES.is_sorted());
    }
}
