package dev.mqha.example;

import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jms.core.JmsMessagingTemplate;
import org.springframework.stereotype.Service;

@Service
class Producer {

  /** The message property that tells a message that was sent again from a new one. */
  static final String KEY = "messageKey";

  private final JmsMessagingTemplate template;
  private final String queue;

  Producer(JmsMessagingTemplate template, @Value("${messages.queue}") String queue) {
    this.template = template;
    this.queue = queue;
  }

  /**
   * Sends a persistent message, and returns when the broker has acknowledged it: the master and a
   * quorum of the slaves have it then.
   *
   * @throws org.springframework.messaging.MessagingException when no acknowledgement came in time;
   *     whether the message arrives is not known
   */
  void send(String key, String text) {
    template.convertAndSend(queue, text, Map.of(KEY, key));
  }
}
