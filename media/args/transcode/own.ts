/** A line for each packet of one track of our own files, then one with its time base. */
export const ownPacketsArgs = ({ file, track }: { file: string; track: string }): string[] => [
  ...['-protocol_whitelist', 'file', '-of', 'compact=p=0:nk=1', '-select_streams', track],
  ...['-show_entries', 'packet=stream_index,pts,dts,duration,size,flags:stream=time_base', `file:${file}`],
];
