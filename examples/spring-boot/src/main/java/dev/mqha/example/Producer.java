package dev.mqha.example;

import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.jms.core.JmsMessagingTemplate;
import org.springframework.stereotype.Service;

/**
 * Sends on threads of its own: while there is no master a send blocks, without a limit, and must not
 * be interrupted either, since that ends the connection under all the others.
 */
@Service
class Producer implements SmartLifecycle {

  /** The message property that tells a message that was sent again from a new one. */
  static final String KEY = "messageKey";

  private final JmsMessagingTemplate template;
  private final String queue;
  private final ExecutorService senders;

  Producer(
      JmsMessagingTemplate template,
      @Value("${messages.queue}") String queue,
      @Value("${messages.senders}") int senders,
      @Value("${messages.waiting}") int waiting) {
    this.template = template;
    this.queue = queue;
    this.senders =
        new ThreadPoolExecutor(
            senders, senders, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting));
  }

  /**
   * Sends a persistent message. The future is done when the broker has acknowledged it: the master
   * and a quorum of the nodes have it then.
   *
   * @throws java.util.concurrent.RejectedExecutionException when too many wait already
   */
  CompletableFuture<Void> send(String key, String text) {
    return CompletableFuture.runAsync(
        () -> template.convertAndSend(queue, text, Map.of(KEY, key)), senders);
  }

  @Override
  public void start() {
    // The threads start when there is something to send.
  }

  /** Ends the sends that block: the close of their connection would wait for them. */
  @Override
  public void stop() {
    senders.shutdownNow();
  }

  @Override
  public boolean isRunning() {
    return !senders.isShutdown();
  }

  /** Later than the web server, which waits for its requests, and before the connections (0). */
  @Override
  public int getPhase() {
    return 1;
  }
}
