package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/onelan/onelan/config"
	"github.com/onelan/onelan/server"
)

const execLong = `Run a command with a platform of its own: fresh, in memory, on free ports of this machine,
gone when the command ends. The exit code is the command's.

The command finds the platform in its environment:
  ONELAN_MQTT           127.0.0.1:41233; ONELAN_MQTT_HOST and ONELAN_MQTT_PORT have its parts
  ONELAN_HTTP           http://127.0.0.1:37311, the REST API
  ONELAN_LAB            http://127.0.0.1:45119; with it, onelan's own commands find this platform
  ONELAN_PRODUCT        id of the product; ONELAN_MASTER_KEY and ONELAN_REGISTER_CODE are its own
  ONELAN_DEVICE         id of the device; ONELAN_AUTH_INFO is its password
These are the first device of the seed file and its product, or the tutorial's without a seed
file. All that the seed names come with numbers, in its order: ONELAN_PRODUCT_1,
ONELAN_DEVICE_2 with ONELAN_DEVICE_2_PRODUCT, and so on.

Of onelan.yaml and the environment everything counts but the addresses, the data folder and the bridge. The
platform's log is shown when the command fails. Exit codes of onelan exec itself: 125 the
platform did not start, 126 the command cannot be run, 127 it was not found; 128 and the
signal's number when a signal ended the command.`

// The exit codes of exec itself, as env, timeout and docker have them.
const (
	exitNoPlatform = 125
	exitCannotRun  = 126
	exitNoCommand  = 127
	exitSignal     = 128
)

// execOptions say what the command's platform is like.
type execOptions struct {
	settings settingsFlags
	lan      bool
	verbose  bool
	logFile  string
}

func (a *app) execCommand() *cobra.Command {
	o := &execOptions{}
	cmd := &cobra.Command{
		Use: "exec [flags] -- COMMAND [ARG...]", Short: "Run a command with a platform of its own", Long: execLong,
		Example: `  onelan exec -- pytest
  onelan exec --seed class.yaml -- go test ./...
  onelan exec -- sh -c 'onelan device list; ./firmware-simulator "$ONELAN_MQTT"'
  onelan exec --lan -- ./flash-and-test.sh       # boards of the network may come too`,
		Args: takes("COMMAND", "[ARG...]"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.exec(cmd, o, args) },
	}
	f := cmd.Flags()
	f.SetInterspersed(false) // what follows the command is the command's
	o.settings.flags(cmd, "data", "sync", "ephemeral", httpPort, "dns", "no-mdns", "no-discovery", "bridge", "dry-run")
	f.BoolVar(&o.lan, "lan", false, "let the network reach MQTT and the REST API, and name this machine's address in the environment")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "show the platform's log as it comes")
	f.StringVar(&o.logFile, "log", "", "write the platform's log to this `FILE`")
	return cmd
}

// exec starts a platform, runs the command and ends the platform.
func (a *app) exec(cmd *cobra.Command, o *execOptions, args []string) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passedOn...)
	defer signal.Stop(signals)

	book := &logbook{most: 40}
	srv, vars, err := a.execPlatform(cmd, o, book)
	if err != nil {
		f := classify(err)
		return fail(exitNoPlatform, "%s", f.says).with("%s", f.hint)
	}
	code, err := a.runCommand(args, withVariables(a.env, vars), signals)
	err = cmp.Or(err, srv.Close())
	if err != nil {
		return err
	}
	if code == exitOK {
		return nil
	}
	if !o.verbose {
		a.showLog(book, o.logFile)
	}
	return &failure{code: code}
}

// execPlatform starts the platform and lists the variables that lead to it.
func (a *app) execPlatform(cmd *cobra.Command, o *execOptions, book *logbook) (*server.Server, []variable, error) {
	loaded, err := o.settings.load(a, cmd)
	if err != nil {
		return nil, nil, err
	}
	o.confine(loaded)
	log, err := o.log(a, book)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.serverConfig(loaded)
	if err != nil {
		return nil, nil, err
	}
	c.Log = logger(log, loaded.Log)
	srv, err := server.Start(cmd.Context(), c)
	if err != nil {
		return nil, nil, err
	}
	vars, err := variables(cmd.Context(), srv, c, o.lan)
	if err != nil {
		_ = srv.Close()
		return nil, nil, err
	}
	return srv, vars, nil
}

// confine keeps the platform from meeting others: in memory, on free ports. Who names an address by a flag gets it.
func (o *execOptions) confine(l *config.Loaded) {
	l.Ephemeral, l.LAN = true, config.LAN{}
	open := "127.0.0.1:0"
	if o.lan {
		open = ":0"
	}
	for path, addr := range map[string]*string{"listen.mqtt": &l.Listen.MQTT, "listen.http": &l.Listen.HTTP} {
		if l.Origins[path].Source != config.FromFlag {
			*addr = open
		}
	}
	for path, addr := range map[string]*string{"listen.mqtts": &l.Listen.MQTTS, "listen.ws": &l.Listen.WS, "listen.wss": &l.Listen.WSS} {
		if l.Origins[path].Source != config.FromFlag {
			*addr = ""
		}
	}
	if l.Origins["console.listen"].Source != config.FromFlag {
		l.Console.Listen = config.OnLab
	}
	if l.Origins["listen.lab"].Source != config.FromFlag {
		l.Listen.Lab = "127.0.0.1:0"
	}
}

// log is where the platform's log goes. The file is closed by the end of the program: the log may be written to until then.
func (o *execOptions) log(a *app, book *logbook) (io.Writer, error) {
	to := []io.Writer{book}
	if o.verbose {
		to = append(to, a.stderr)
	}
	if o.logFile != "" {
		f, err := os.Create(o.logFile)
		if err != nil {
			return nil, err
		}
		to = append(to, f)
	}
	return io.MultiWriter(to...), nil
}

// runCommand runs the command to its end and gives its exit code.
func (a *app) runCommand(args, env []string, signals <-chan os.Signal) (int, error) {
	child := exec.Command(args[0], args[1:]...)
	child.Stdin, child.Stdout, child.Stderr, child.Env = a.stdin, a.stdout, a.stderr, env
	if err := child.Start(); err != nil {
		return 0, cannotRun(args[0], err)
	}
	ctx, ended := context.WithCancel(context.Background())
	defer ended()
	go func() {
		for {
			select {
			case s := <-signals:
				passOn(child.Process, s)
			case <-ctx.Done():
				return
			}
		}
	}()
	err := child.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		return 0, err
	}
	return codeOf(child.ProcessState), nil
}

func cannotRun(name string, err error) error {
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return fail(exitNoCommand, "%s: command not found", name).with("what a shell understands (&&, |, $NAME) needs one: onelan exec -- sh -c '...'")
	}
	if e, is := errors.AsType[*fs.PathError](err); is {
		err = e.Err
	}
	return fail(exitCannotRun, "%s: %v", name, err)
}

// showLog shows the end of the platform's log: it tells why a device was refused.
func (a *app) showLog(book *logbook, file string) {
	kept, all := book.count()
	if all == 0 {
		return
	}
	where := "--log FILE keeps all of it"
	if file != "" {
		where = "all of it is in " + file
	}
	p := a.painter(a.stderr)
	head := fmt.Sprintf("-- the platform's log, its last %s of %d; %s --", count(kept, "line"), all, where)
	_, _ = fmt.Fprintln(a.stderr, p.paint(dim, head))
	_ = book.writeTo(a.stderr) // there is nowhere else to complain
}
