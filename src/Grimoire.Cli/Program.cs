using Grimoire.Cli;

using var stop = new StopSignal(Console.Error);
return Tool.Run(args, Terminal.Standard(stop));
