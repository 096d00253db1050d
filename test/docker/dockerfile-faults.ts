import { existsSync } from 'node:fs';
import { DockerfileParser, type Dockerfile, type Instruction } from 'dockerfile-ast';

const KEYWORDS = new Set(['ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'FROM', 'RUN', 'USER', 'VOLUME', 'WORKDIR']);

/** What a build would stumble over, or what would make a worse image than it could be. */
export function dockerfileFaults(text: string, exists: (path: string) => boolean = existsSync): string[] {
  const file = DockerfileParser.parse(text);
  const instructions = file.getInstructions();
  const unknown = instructions.map((each) => each.getKeyword()).filter((keyword) => !KEYWORDS.has(keyword));
  const last = lastStage(instructions);
  const user = argumentsOf(last, 'USER').at(-1);
  return [
    ...unknown.map((keyword) => `${keyword} is no instruction that this image needs`),
    ...file
      .getFROMs()
      .flatMap((from) => (/\d/.test(from.getImageTag() ?? '') ? [] : [`${from.getImage()} has no fixed tag`])),
    ...(user === undefined || user === 'root' ? ['the image runs as root'] : []),
    ...(argumentsOf(last, 'ENTRYPOINT')[0]?.startsWith('["tini", "--", ') ? [] : ['nothing reaps child processes']),
    ...missingSources(file, exists),
    ...argumentsOf(instructions, 'RUN').flatMap(aptFaults),
  ];
}

const argumentsOf = (instructions: Instruction[], keyword: string): string[] =>
  instructions
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getArguments().map(String).join(' '));

function lastStage(instructions: Instruction[]): Instruction[] {
  return instructions.slice(instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM'));
}

function missingSources(file: Dockerfile, exists: (path: string) => boolean): string[] {
  const stages = file.getFROMs().map((from) => from.getBuildStage());
  return file.getCOPYs().flatMap((copy) => {
    const stage = copy
      .getFlags()
      .find((flag) => flag.getName() === 'from')
      ?.getValue();
    if (stage !== undefined) return stages.includes(stage) ? [] : [`COPY from ${stage}, which is no stage`];
    const sources = copy
      .getArguments()
      .slice(0, -1)
      .map((argument) => argument.getValue());
    return sources.filter((path) => !exists(path)).map((path) => `COPY ${path}, which is not there`);
  });
}

function aptFaults(command: string): string[] {
  if (!command.includes('apt-get install')) return [];
  return [
    ...(command.includes('--no-install-recommends') ? [] : ['apt-get installs what nobody asked for']),
    ...(command.includes('--yes') ? [] : ['apt-get waits for an answer']),
    ...(command.includes('rm -rf /var/lib/apt/lists') ? [] : ['apt-get leaves its lists']),
  ];
}
