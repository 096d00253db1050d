import { execa } from 'execa';

export interface Packet {
  pts: number;
  isKey: boolean;
}

/** The packets of the first track of a kind, in the order of their time stamps. */
export async function packetsOf(file: string, kind: 'v' | 'a'): Promise<Packet[]> {
  const show = ['-show_entries', 'packet=pts,flags', '-of', 'csv=p=0'];
  const { stdout } = await execa('ffprobe', ['-v', 'error', '-select_streams', `${kind}:0`, ...show, file]);
  const packets = stdout.split('\n').map((line) => {
    const [pts = '', flags = ''] = line.split(',');
    return { pts: Number(pts), isKey: flags.includes('K') };
  });
  return packets.sort((a, b) => a.pts - b.pts);
}
