/** What previews have announced already, and which look-ups for their messages failed. */
export class Announcements {
  private readonly announced = new Set<string>();
  private readonly unanswered = new Set<string>();

  /** Whether this has not been announced yet: the engine checks a replacement twice. From now on it has been. */
  isNews(announcement: string): boolean {
    return this.announced.size < this.announced.add(announcement).size;
  }

  /** Records a failed look-up that only makes messages better: an outage must hold up a preview once, not for each resource. */
  recordUnanswered(question: string): void {
    this.unanswered.add(question);
  }

  isUnanswered(question: string): boolean {
    return this.unanswered.has(question);
  }
}
