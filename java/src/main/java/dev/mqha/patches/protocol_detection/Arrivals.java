package dev.mqha.patches.protocol_detection;

import dev.mqha.launch.Tls;
import dev.mqha.patches.full_port.Refusal;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The connections of the message port whose protocol is not known yet.
 *
 * <p>Two threads waited for the first bytes of each connection. With a limit of them, as many connections that
 * sent nothing kept everybody else's waiting, and the supervisor took the master for a hung one. Here they wait without a
 * thread, and get one once the bytes are there by which the protocol is known. Where there are too many the oldest is
 * closed: who means it sends its first bytes at once. Over TLS {@link Handshakes} has them after that.
 */
public final class Arrivals {
    /** What {@code AutoTcpTransportServer} reads to know the protocol. */
    private static final int FIRST_BYTES = 8;

    /** So many may wait for their bytes, and so many for a thread: as many as the message port lets in (maximumConnections). */
    static final int MOST = 1000;

    /** A client that has not sent its first bytes until then is closed (protocolDetectionTimeOut). */
    static final long PATIENCE_MS = 10_000;

    /** Those that have just come are looked at more often. */
    private static final long YOUNG_MS = 50;

    private static final long YOUNG_LOOK_MS = 1;
    private static final long LOOK_MS = 20;

    private record Arrival(Socket socket, Runnable task, ThreadPoolExecutor threads, long since) {
        long ageMs() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        }
    }

    /** The oldest first. */
    private static final Deque<Arrival> WAITING = new ArrayDeque<>();

    private static Thread watch;

    private Arrivals() {}

    /**
     * Lets a thread find out the protocol of a connection once its first bytes are there, in the place of {@code
     * ThreadPoolExecutor.submit(…)}, whose result nobody asks for.
     */
    public static Future<?> queue(ThreadPoolExecutor threads, Runnable task, Socket socket) {
        add(threads, task, socket);
        return null;
    }

    /** Runs a task in one of the threads once its connection has sent its first bytes; closes the connection otherwise. */
    private static void add(ThreadPoolExecutor threads, Runnable task, Socket socket) {
        Arrival arrival = new Arrival(socket, task, threads, System.nanoTime());
        if (goesOn(arrival)) {
            return;
        }
        Arrival oldest = null;
        synchronized (WAITING) {
            if (WAITING.size() >= MOST) {
                oldest = WAITING.pollFirst();
            }
            WAITING.addLast(arrival);
            startWatch();
            WAITING.notifyAll();
        }
        if (oldest != null) {
            close(oldest.socket());
        }
    }

    private static void startWatch() {
        if (watch == null) {
            watch = new Thread(Arrivals::watch, "mqha arrivals");
            watch.setDaemon(true);
            watch.start();
        }
    }

    private static void watch() {
        while (true) {
            List<Arrival> now;
            boolean isYoung;
            synchronized (WAITING) {
                while (WAITING.isEmpty()) {
                    try {
                        WAITING.wait();
                    } catch (InterruptedException ended) {
                        return;
                    }
                }
                now = new ArrayList<>(WAITING);
                isYoung = WAITING.getLast().ageMs() < YOUNG_MS;
            }
            List<Arrival> over = now.stream().filter(Arrivals::goesOn).toList();
            if (!over.isEmpty()) {
                synchronized (WAITING) {
                    WAITING.removeAll(over);
                }
            }
            try {
                Thread.sleep(isYoung ? YOUNG_LOOK_MS : LOOK_MS);
            } catch (InterruptedException ended) {
                return;
            }
        }
    }

    /** Whether a connection has been given to a thread, or closed. */
    private static boolean goesOn(Arrival arrival) {
        try {
            if (arrival.socket().getInputStream().available() >= FIRST_BYTES) {
                if (Tls.isOn()) {
                    // They are of a handshake, which has yet to come to its end.
                    return Handshakes.begin(arrival.threads(), arrival.task()) || isTooLate(arrival);
                }
                if (arrival.threads().getQueue().size() < MOST) {
                    arrival.threads().submit(arrival.task());
                } else {
                    Refusal.answer(arrival.socket());
                    close(arrival.socket());
                }
                return true;
            }
        } catch (IOException | RuntimeException closed) {
            close(arrival.socket());
            return true;
        }
        return isTooLate(arrival);
    }

    /** Whether a connection has had its time, and is closed. */
    private static boolean isTooLate(Arrival arrival) {
        boolean isLate = arrival.ageMs() > PATIENCE_MS;
        if (isLate) {
            close(arrival.socket());
        }
        return isLate;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException closed) {
            // It is gone, as it shall be.
        }
    }
}
